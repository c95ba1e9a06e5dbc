import { defineOperation } from '@/lib/operations';
import { applicationInputSchema } from '../operation-input';
import { createPeersStep } from './create-peers';
import { deployStep } from './deploy';
import { failProvision } from './fail-provision';
import { notifyStep } from './notify';
import { publishEndpointStep } from './publish-endpoint';
import { reservePlacementStep } from './reserve-placement';
import { smokeTransactionStep } from './smoke-transaction';
import { startStep } from './start';

/** From an approved application to a running sub-chain. Each step may be interrupted anywhere and run again. */
export const provisionOperation = defineOperation({
  kind: 'sub-chain.provision',
  inputSchema: applicationInputSchema,
  steps: [
    { name: 'reserve-placement', run: reservePlacementStep },
    { name: 'create-peers', run: createPeersStep },
    { name: 'start', run: startStep },
    { name: 'deploy', run: deployStep },
    { name: 'smoke-transaction', run: smokeTransactionStep },
    { name: 'publish-endpoint', run: publishEndpointStep },
    { name: 'notify', run: notifyStep, orElse: 'The mail could not be sent. The sub-chain runs.' },
  ],
  onFailed: failProvision,
});
