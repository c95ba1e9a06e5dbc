// For tests and tools alone: what can be done with the machine besides running it.
export { lonelyLink } from './lonely-link';
export { simulate, type Outcome, type SimulateOptions } from './simulator';
