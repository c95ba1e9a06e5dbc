import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applicationMoves,
  applicationStates,
  canMove,
  isEditable,
  isFinal,
  isInOperation,
  isRunning,
  type ApplicationMove,
  type ApplicationState,
} from './application-state';

const moves = Object.keys(applicationMoves) as ApplicationMove[];
const paidStates: ApplicationState[] = ['SUBMITTED', 'APPROVED', 'PROVISIONING', 'RUNNING'];

describe('application states', () => {
  it('lead where the product says, and nowhere else', () => {
    const table = Object.fromEntries(
      applicationStates.map((state) => [state, moves.filter((move) => canMove(state, move)).map((move) => `${move} → ${applicationMoves[move].to}`)]),
    );
    expect(table).toEqual({
      DRAFT: ['submit → AWAITING_PAYMENT', 'discard → DELETED'],
      AWAITING_PAYMENT: ['pay → SUBMITTED', 'cancel → CANCELLED'],
      SUBMITTED: ['cancel → CANCELLED', 'approve → APPROVED', 'reject → REJECTED'],
      APPROVED: ['provision → PROVISIONING'],
      PROVISIONING: ['run → RUNNING', 'fail → FAILED'],
      RUNNING: ['delete → DELETING'],
      REJECTED: ['discard → DELETED'],
      FAILED: ['resume → PROVISIONING', 'delete → DELETING'],
      CANCELLED: ['discard → DELETED'],
      DELETING: ['finishDelete → DELETED'],
      DELETED: [],
    });
  });

  it('end in DELETED alone, from which nothing comes back', () => {
    expect(applicationStates.filter(isFinal)).toEqual(['DELETED']);
  });

  it('are all reachable from a draft', () => {
    const reached = new Set<ApplicationState>(['DRAFT']);
    for (const state of reached) {
      for (const move of moves) if (canMove(state, move)) reached.add(applicationMoves[move].to);
    }
    expect([...reached].toSorted()).toEqual([...applicationStates].toSorted());
  });

  it('never run what was not paid and approved, over random walks', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...moves), { maxLength: 40 }), (walk) => {
        let state: ApplicationState = 'DRAFT';
        const taken: ApplicationMove[] = [];
        for (const move of walk) {
          if (!canMove(state, move)) continue;
          state = applicationMoves[move].to;
          taken.push(move);
        }
        if (isRunning(state)) expect(taken.slice(0, 3)).toEqual(['submit', 'pay', 'approve']);
        if (paidStates.includes(state)) expect(taken).toContain('pay');
        expect(taken.filter((move) => move === 'approve').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('say what a screen needs to know', () => {
    expect(applicationStates.filter(isEditable)).toEqual(['DRAFT']);
    expect(applicationStates.filter(isRunning)).toEqual(['RUNNING']);
    expect(applicationStates.filter(isInOperation)).toEqual(['APPROVED', 'PROVISIONING', 'DELETING']);
  });
});
