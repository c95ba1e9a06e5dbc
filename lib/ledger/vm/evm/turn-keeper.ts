import type { EVMOpts } from '@ethereumjs/evm';
import type { EvmPace } from './evm';

type CustomOpcode = Extract<NonNullable<EVMOpts['customOpcodes']>[number], { opcodeName: string }>;

/**
 * Cuts execution into slices, because one looping contract must not keep the process from serving others.
 *
 * Every loop of a contract passes a JUMPDEST and every recursion a message, so these two places count the gas that
 * was spent and hand over the turn when a slice is full. The library's own step event would do too, but copies the
 * memory at each instruction.
 *
 * Slices are counted in gas, not in time: where they end depends on nothing but the code.
 */
export class TurnKeeper {
  private spent = 0;
  private gasLeftBefore = 0;
  private signal: AbortSignal | undefined;
  private pace: EvmPace;

  /** @param ownPace what is asked between slices when a session brings no pace of its own */
  constructor(private readonly ownPace: EvmPace) {
    this.pace = ownPace;
  }

  begin(signal: AbortSignal | undefined, pace: EvmPace | undefined): void {
    this.signal = signal;
    this.pace = pace ?? this.ownPace;
    this.spent = 0;
    this.gasLeftBefore = 0;
    signal?.throwIfAborted();
  }

  /** A frame of execution begins. Its gas is unknown here, so it costs a flat part of a slice. */
  enterMessage(): Promise<void> | undefined {
    this.gasLeftBefore = 0;
    return this.spend(MESSAGE_GAS);
  }

  /** JUMPDEST with its price of 1 gas, counted. */
  readonly jumpDestination: CustomOpcode = {
    opcode: 0x5b,
    opcodeName: 'JUMPDEST',
    baseFee: 1,
    logicFunction: (runState) => this.step(Number(runState.gasLeft)),
  };

  /** Gas left rises when a frame returns to its caller; only falls are work. */
  private step(gasLeft: number): Promise<void> | undefined {
    const fallen = this.gasLeftBefore - gasLeft;
    this.gasLeftBefore = gasLeft;
    return this.spend(fallen > 0 ? fallen : JUMP_GAS);
  }

  /** Counts work; waits when the slice is full. */
  spend(gas: number): Promise<void> | undefined {
    this.spent += gas;
    return this.spent < SLICE_GAS ? undefined : this.pause();
  }

  private async pause(): Promise<void> {
    this.spent = 0;
    await this.pace.pause();
    this.signal?.throwIfAborted();
  }
}

/** At most 1.5 ms of arithmetic; far less where gas pays for storage. */
export const SLICE_GAS = 10_000;
const MESSAGE_GAS = 700;
const JUMP_GAS = 12;
