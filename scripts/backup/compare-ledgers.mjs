// Two readings of the same ledgers.

/**
 * The differences as sentences; none when every peer is where the backup says.
 * @param {import('./manifest.mjs').SavedLedger[]} saved
 * @param {import('./manifest.mjs').SavedLedger[]} found
 */
export function compareLedgers(saved, found) {
  const differences = [];
  const byDirectory = new Map(found.map((ledger) => [ledger.directory, ledger]));
  for (const { directory, heads, faults } of saved) {
    const now = byDirectory.get(directory);
    if (!now) {
      differences.push(`${directory} is missing`);
      continue;
    }
    byDirectory.delete(directory);
    const faulty = new Map(now.faults.map(({ chain, reason }) => [chain, reason]));
    const headsNow = new Map(now.heads.map((head) => [head.chain, head]));
    for (const { chain, height, hash } of heads) {
      const head = headsNow.get(chain);
      headsNow.delete(chain);
      if (head === undefined) differences.push(`${chain} in ${directory} cannot be opened: ${faulty.get(chain) ?? 'it is missing'}`);
      else if (head.height !== height || head.hash !== hash) differences.push(`${chain} in ${directory} is at block ${head.height} ${head.hash} instead of ${height} ${hash}`);
    }
    for (const { chain } of faults) headsNow.delete(chain);
    for (const chain of headsNow.keys()) differences.push(`${chain} in ${directory} is not in the backup`);
  }
  for (const directory of byDirectory.keys()) differences.push(`${directory} is not in the backup`);
  return differences;
}
