import { setTimeout as sleep } from 'node:timers/promises';
import { createPublicClient, createWalletClient, defineChain, http } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import type { Publication } from './publisher';

const applicationSchema = z.object({
  application: z.object({ state: z.string(), stateReason: z.string().nullable() }),
  subChain: z.object({ chainId: z.string(), endpoints: z.array(z.object({ url: z.url() })) }).nullable(),
});

/** Waits until the application runs, makes an access key, sends a transfer with stock viem and waits for its receipt. */
export async function firstReceipt({ applicationId, session }: Publication): Promise<void> {
  const subChain = await untilRunning({ applicationId, session });
  const issued = z.object({ key: z.string() }).parse(await session.post(`/api/applications/${applicationId}/access-keys`, { label: 'bench' }));
  const url = subChain.endpoints[0]!.url;
  const chain = defineChain({
    id: Number(subChain.chainId),
    name: 'Harbour token',
    nativeCurrency: { name: 'Unit', symbol: 'UNIT', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  });
  const transport = http(url, { fetchOptions: { headers: { 'x-api-key': issued.key } }, retryCount: 0 });
  const account = privateKeyToAccount(generatePrivateKey());
  const hash = await createWalletClient({ account, chain, transport }).sendTransaction({ to: account.address, value: 0n });
  const receipt = await createPublicClient({ chain, transport }).waitForTransactionReceipt({ hash });
  if (receipt.status !== 'success') throw new Error(`transfer ${hash} failed`);
}

async function untilRunning({ applicationId, session }: Publication) {
  for (let attempt = 0; attempt < 3_000; attempt++) {
    const { application, subChain } = applicationSchema.parse(await session.get(`/api/applications/${applicationId}`));
    if (application.state === 'RUNNING' && subChain) return subChain;
    if (application.state === 'FAILED') throw new Error(`provisioning failed: ${application.stateReason}`);
    await sleep(20);
  }
  throw new Error(`${applicationId} is not running after a minute`);
}
