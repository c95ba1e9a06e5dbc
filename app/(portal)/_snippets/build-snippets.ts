import type { Snippet } from "@/app/_components/ui/code-block";

export interface SnippetTarget {
  /** Address of the gateway for this sub-chain: `https://…/sin/tide-4417`. */
  url: string;
  /** Decimal digits, below 2^53. */
  chainId: string;
  /** Name of the sub-chain: `tide-4417`. */
  name: string;
  /** `id.secret` while the page still holds it; otherwise the code reads the variable CHAINWORKS_KEY. */
  key?: string | undefined;
}

/** Where the key is read from once nobody knows it any more. */
export const keyVariable = "CHAINWORKS_KEY";

/**
 * Programs that run as they stand: viem and ethers send a transfer of nothing from an account made on the spot (gas is
 * free, so it needs no funds) and print its receipt; curl reads the height, because a shell cannot sign.
 */
export function buildSnippets({ url, chainId, name, key }: SnippetTarget): ReadonlyArray<Snippet & { id: "viem" | "ethers" | "curl" }> {
  const secret = key === undefined ? `process.env.${keyVariable}` : text(key);
  return [
    { id: "viem", label: "viem", language: "js", code: viem(text(url), chainId, text(name), secret) },
    { id: "ethers", label: "ethers", language: "js", code: ethers(text(url), chainId, text(name), secret) },
    { id: "curl", label: "curl", language: "shell", code: curl(url, key) },
  ];
}

/** A string of JavaScript. */
const text = (value: string): string => JSON.stringify(value);

/** One word of a POSIX shell, whatever is in it. */
const word = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;

const viem = (url: string, chainId: string, name: string, secret: string): string => `import { createWalletClient, defineChain, http, publicActions } from "viem"
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts"

const chain = defineChain({
  id: ${chainId},
  name: ${name},
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [${url}] } },
})
const client = createWalletClient({
  account: privateKeyToAccount(generatePrivateKey()),
  chain,
  pollingInterval: 100,
  transport: http(undefined, {
    fetchOptions: { headers: { "x-api-key": ${secret} } },
  }),
}).extend(publicActions)

const hash = await client.sendTransaction({ to: client.account.address, value: 0n })
console.log(await client.waitForTransactionReceipt({ hash }))`;

const ethers = (url: string, chainId: string, name: string, secret: string): string => `import { FetchRequest, JsonRpcProvider, Network, Wallet } from "ethers"

const door = new FetchRequest(${url})
door.setHeader("x-api-key", ${secret})

const chain = new Network(${name}, ${chainId}n)
const provider = new JsonRpcProvider(door, chain, { staticNetwork: chain })
const wallet = Wallet.createRandom(provider)

const sent = await wallet.sendTransaction({ to: wallet.address, value: 0n })
console.log(await sent.wait())`;

const curl = (url: string, key: string | undefined): string => `curl ${word(url)} \\
  -H ${key === undefined ? `"x-api-key: $${keyVariable}"` : word(`x-api-key: ${key}`)} \\
  -H 'content-type: application/json' \\
  -d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'`;
