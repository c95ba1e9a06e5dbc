import type { ChainId } from '../../core/types';
import type { Consensus, ConsensusStart } from '../../core/consensus/consensus';
import type { ConsensusPorts } from '../../core/consensus/effects';
import type { ChainRules } from '../../core/consensus/rules';
import type { Random } from '../random';
import type { Checks } from './checks';
import type { SimulatedFramework } from './copy';
import type { EventLog } from './event-log';
import type { EventQueue } from './event-queue';
import type { Packet } from './network';
import type { Plan } from './plan';
import type { Voices } from './voices';

/** A planted bug: in the machine that is tested, or in what is around it. */
export interface Plant {
  readonly createConsensus?: (start: ConsensusStart, ports: ConsensusPorts) => Consensus;
  /** A restarted peer is not given what it persisted. */
  readonly forgetsRecord?: boolean;
  /** A peer that lost its disk is not told so. */
  readonly rejoinsNaively?: boolean;
  /** Certificates count with one signature less: so that a small quorum is found by the fork that it makes. */
  readonly trustsSmallCertificates?: boolean;
}

/** What everything in a simulation shares. */
export interface World {
  readonly chain: ChainId;
  readonly plan: Plan;
  readonly plant: Plant;
  readonly random: Random;
  readonly queue: EventQueue;
  readonly voices: Voices;
  readonly checks: Checks;
  readonly genesisRules: ChainRules;
  readonly framework: SimulatedFramework;
  /** Names are `p0`, `p1`, …: validators and followers. */
  readonly peers: number;
  isStable(): boolean;
  send(from: number, to: number, packet: Packet, instance: number): void;
  readonly log: EventLog;
}

/** Number of a peer by its validator's name. */
export function peerOf(name: string): number {
  return Number(name.slice(1));
}
