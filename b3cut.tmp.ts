import { runChannelPowerCuts } from './lib/ledger/testing/channel-power-cut-run';
const [from, count] = [Number(process.argv[2]), Number(process.argv[3])];
const sums: Record<string, number> = {};
for (let seed = from; seed < from + count; seed += 1) {
  const b = performance.now();
  try { for (const [k, v] of Object.entries(await runChannelPowerCuts({ seed, cuts: 3 }))) sums[k] = (sums[k] ?? 0) + v; }
  catch (e: any) { console.log(seed, String(e.stack).slice(0, 1200), e.cause ? String(e.cause.stack).slice(0, 600) : ''); }
  console.log(seed, Math.round(performance.now() - b), 'ms', JSON.stringify(sums));
}
