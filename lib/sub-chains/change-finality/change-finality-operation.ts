import { defineOperation } from '@/lib/operations';
import { changeFinalityInputSchema } from '../operation-input';
import { approveChangeStep } from './approve-change';
import { awaitChangeStep } from './await-change';
import { changeFinalityKind } from './change-finality-kind';
import { checkPeersStep } from './check-peers';
import { failChange } from './fail-change';
import { recordChangeStep } from './record-change';

/** From one finality mode to another, while the sub-chain runs. Each step may be interrupted anywhere and run again. */
export const changeFinalityOperation = defineOperation({
  kind: changeFinalityKind,
  inputSchema: changeFinalityInputSchema,
  steps: [
    { name: 'check-peers', run: checkPeersStep },
    { name: 'approve-change', run: approveChangeStep },
    { name: 'await-change', run: awaitChangeStep },
    { name: 'record-change', run: recordChangeStep },
  ],
  onFailed: failChange,
});
