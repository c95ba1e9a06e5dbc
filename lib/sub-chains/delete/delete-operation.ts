import { defineOperation } from '@/lib/operations';
import { deleteInputSchema } from '../operation-input';
import { failDelete } from './fail-delete';
import { notifyDeletedStep } from './notify-deleted';
import { releasePlacementStep } from './release-placement';
import { removePeersStep } from './remove-peers';
import { revokeKeysStep } from './revoke-keys';

/** The undo of provisioning: keys, peers, placement. Also undoes one that failed half-way. */
export const deleteOperation = defineOperation({
  kind: 'sub-chain.delete',
  inputSchema: deleteInputSchema,
  steps: [
    { name: 'revoke-keys', run: revokeKeysStep },
    { name: 'remove-peers', run: removePeersStep },
    { name: 'release-placement', run: releasePlacementStep },
    { name: 'notify', run: notifyDeletedStep, orElse: 'The mail could not be sent. Everything is deleted.' },
  ],
  onFailed: failDelete,
});
