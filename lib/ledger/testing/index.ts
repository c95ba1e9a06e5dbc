// For tests and tools alone: what can be done with the machine besides running it.
export { lonelyLink } from './lonely-link';
export { simulateFabric } from './simulate-fabric';
export { simulate, type Outcome, type SimulateOptions } from './simulator';
export { runChannelPowerCuts } from './run-channel-power-cuts';
export { runHostPowerCuts, type HostPowerCutRun } from './host-power-cut-run';
export { runIndexFlips, type IndexFlipRun } from './index-flip-run';
export { runKills, type KillRun } from './kill-run';
export { runPowerCuts, type PowerCutRun } from './power-cut-run';
export { counterFramework, encodeCounterTransaction } from './counter-framework';
export { createRealPorts } from './real-ports';
export { MemoryWorld } from '../vm/chaincode/testing';
export { createRandom } from './random';
export { openFabricTestCity, type FabricTestCity } from './fabric-city';
export { loadFabricTesting } from './load-fabric-testing';
