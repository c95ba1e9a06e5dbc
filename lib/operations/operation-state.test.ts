import { describe, expect, it } from 'vitest';
import { canMoveOperation, isFinalOperation, operationStates } from './operation-state';

describe('operation state machine', () => {
  it('lets no move leave SUCCEEDED, and only a resume leave FAILED', () => {
    for (const to of operationStates) {
      expect(canMoveOperation('SUCCEEDED', to)).toBe(false);
      expect(canMoveOperation('FAILED', to)).toBe(to === 'PENDING');
    }
  });

  it('reaches an end only from RUNNING, that is under a lease', () => {
    for (const from of operationStates) {
      for (const to of ['SUCCEEDED', 'FAILED'] as const) expect(canMoveOperation(from, to)).toBe(from === 'RUNNING');
    }
  });

  it('names exactly the two final states', () => {
    expect(operationStates.filter(isFinalOperation)).toEqual(['SUCCEEDED', 'FAILED']);
  });
});
