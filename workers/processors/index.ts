import type { Processors } from '../worker-manager';
import { accessKeySync } from './access-key-sync';
import { accessKeySyncAll } from './access-key-sync-all';
import { billingSettle } from './billing-settle';
import { cityNodeObserve } from './city-node-observe';
import { identityDeleteExpired } from './identity-delete-expired';
import { meteringCollect } from './metering-collect';
import { operationReconcile } from './operation-reconcile';
import { operationRun } from './operation-run';
import { subChainExpire } from './sub-chain-expire';

/** Who does each job of the catalogue. */
export const processors: Processors = {
  'operation.run': operationRun,
  'operation.reconcile': operationReconcile,
  'access-key.sync': accessKeySync,
  'access-key.sync-all': accessKeySyncAll,
  'metering.collect': meteringCollect,
  'city-node.observe': cityNodeObserve,
  'billing.settle': billingSettle,
  'identity.delete-expired': identityDeleteExpired,
  'sub-chain.expire': subChainExpire,
};
