import { defineOperation } from '@/lib/operations';
import { movePeerInputSchema } from '../operation-input';
import { checkPeerStep } from './check-peer';
import { movePeerKind } from './move-peer-kind';
import { failMove, recordMoveStep } from './record-move';
import { takePeerStep } from './take-peer';

/** A peer to a process of its own, or back, while the sub-chain runs. Each step may be interrupted anywhere and run again. */
export const movePeerOperation = defineOperation({
  kind: movePeerKind,
  inputSchema: movePeerInputSchema,
  steps: [
    { name: 'check-peer', run: checkPeerStep },
    { name: 'take-peer', run: takePeerStep },
    { name: 'record-move', run: recordMoveStep },
  ],
  onFailed: failMove,
});
