export { simulate, type Outcome, type SimulateOptions, type Stall } from './simulate';
export type { Violation } from './checks';
export { planFor, type Change, type Plan, type Tactics } from './plan';
export type { Plant } from './world';
