import type { MachinePorts } from '../lib/ledger';
import { createRealPorts } from '../lib/ledger/testing';

/** The machine's ports as a city-node process hands them over; of its log only what went wrong. */
export const processPorts: MachinePorts = {
  ...createRealPorts(),
  logger: { info: () => undefined, warn: () => undefined, error: (fields, event) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`) },
};
