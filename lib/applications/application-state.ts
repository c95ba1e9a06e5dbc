/** States of an application and the moves between them. Pure: whoever moves a row asks here first. */
export const applicationStates = [
  'DRAFT',
  'AWAITING_PAYMENT',
  'SUBMITTED',
  'APPROVED',
  'PROVISIONING',
  'RUNNING',
  'REJECTED',
  'FAILED',
  'CANCELLED',
  'DELETING',
  'DELETED',
] as const;
export type ApplicationState = (typeof applicationStates)[number];

interface Move {
  readonly from: readonly ApplicationState[];
  readonly to: ApplicationState;
}

/**
 * Every move there is. `provision`, `run`, `fail`, `resume`, `delete` and `finishDelete` are made by the sub-chains
 * room and its operations, all others by the verbs of this one.
 */
export const applicationMoves = {
  submit: { from: ['DRAFT'], to: 'AWAITING_PAYMENT' },
  pay: { from: ['AWAITING_PAYMENT'], to: 'SUBMITTED' },
  /** The publisher gives up before anybody has approved; what was paid goes back. */
  cancel: { from: ['AWAITING_PAYMENT', 'SUBMITTED'], to: 'CANCELLED' },
  approve: { from: ['SUBMITTED'], to: 'APPROVED' },
  /** What was paid goes back. */
  reject: { from: ['SUBMITTED'], to: 'REJECTED' },
  provision: { from: ['APPROVED'], to: 'PROVISIONING' },
  run: { from: ['PROVISIONING'], to: 'RUNNING' },
  /** What was paid goes back. */
  fail: { from: ['PROVISIONING'], to: 'FAILED' },
  /** The failed operation goes on where it stopped; a paid application is paid anew first. */
  resume: { from: ['FAILED'], to: 'PROVISIONING' },
  /** Removes what runs, or what a failed provisioning left behind. */
  delete: { from: ['RUNNING', 'FAILED'], to: 'DELETING' },
  /** There is no sub-chain yet: the row alone goes. */
  discard: { from: ['DRAFT', 'REJECTED', 'CANCELLED'], to: 'DELETED' },
  finishDelete: { from: ['DELETING'], to: 'DELETED' },
} as const satisfies Record<string, Move>;

export type ApplicationMove = keyof typeof applicationMoves;

export function canMove(state: ApplicationState, move: ApplicationMove): boolean {
  const from: readonly ApplicationState[] = applicationMoves[move].from;
  return from.includes(state);
}

/** The wizard may still change it. */
export function isEditable(state: ApplicationState): boolean {
  return state === 'DRAFT';
}

/** Its sub-chain answers clients. */
export function isRunning(state: ApplicationState): boolean {
  return state === 'RUNNING';
}

/** An operation is at work; the page follows its progress. */
export function isInOperation(state: ApplicationState): boolean {
  return state === 'APPROVED' || state === 'PROVISIONING' || state === 'DELETING';
}

/** Nothing leads out of it. */
export function isFinal(state: ApplicationState): boolean {
  return Object.values(applicationMoves).every((move: Move) => !move.from.includes(state));
}
