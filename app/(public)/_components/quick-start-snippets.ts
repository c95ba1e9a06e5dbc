import type { Snippet } from "@/app/_components/ui/code-block";

const viem = `import { createWalletClient, http, publicActions } from "viem"
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts"

const { CHAINWORKS_URL, CHAINWORKS_KEY } = process.env
const client = createWalletClient({
  account: privateKeyToAccount(generatePrivateKey()),
  transport: http(CHAINWORKS_URL, {
    fetchOptions: { headers: { authorization: "Bearer " + CHAINWORKS_KEY } },
  }),
}).extend(publicActions)

const hash = await client.sendTransaction({
  to: client.account.address, value: 0n, chain: null,
})
console.log(await client.waitForTransactionReceipt({ hash }))`;

const ethers = `import { FetchRequest, JsonRpcProvider, Wallet } from "ethers"

const door = new FetchRequest(process.env.CHAINWORKS_URL)
door.setHeader("authorization", "Bearer " + process.env.CHAINWORKS_KEY)

const wallet = Wallet.createRandom(new JsonRpcProvider(door))
const sent = await wallet.sendTransaction({ to: wallet.address, value: 0n })
console.log(await sent.wait())`;

const curl = `curl "$CHAINWORKS_URL" \\
  -H "authorization: Bearer $CHAINWORKS_KEY" \\
  -H "content-type: application/json" \\
  -d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'`;

/** Run as they stand once the two variables are set. */
export const quickStartSnippets = [
  { id: "viem", label: "viem", language: "js", code: viem },
  { id: "ethers", label: "ethers", language: "js", code: ethers },
  { id: "curl", label: "curl", language: "shell", code: curl },
] as const satisfies ReadonlyArray<Snippet>;

export const localSnippet = { id: "local", label: "npm start", language: "shell", code: "npm start" } as const satisfies Snippet;
