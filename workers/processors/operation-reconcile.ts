import { reconcileOperations } from '@/lib/operations';

export async function operationReconcile(): Promise<void> {
  await reconcileOperations();
}
