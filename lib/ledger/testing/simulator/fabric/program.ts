import type { BlockInput,ExecutedBlock } from '../../../core/framework';
import type { StateReader, StateWrite } from '../../../core/storage';
import type { Channel } from '../../../frameworks/fabric/channel';
import type { KnownWriters } from '../../../frameworks/fabric/check-envelope';
import { executeBlock, type BlockParts, type JudgedBlock } from '../../../frameworks/fabric/execute-block';
import { keepLocally, type FabricLocalRequest } from '../../../frameworks/fabric/private-data/keep-locally';
import { localWritesOf, type LocalRoles } from '../../../frameworks/fabric/private-data/local-writes';

/** What a peer does with a channel: the framework's own steps, or those that a test put in their place. */
export interface FabricProgram {
  execute(channel: Channel, known: KnownWriters, input: BlockInput, state: StateReader): JudgedBlock & Pick<ExecutedBlock, 'dropped'>;
  ownWrites(block: JudgedBlock, roles: LocalRoles, state: StateReader): readonly StateWrite[];
  keep(channel: Channel, request: FabricLocalRequest, state: StateReader): readonly StateWrite[];
}

/** Fabric as it is, or with other parts. */
export function createProgram(parts?: BlockParts): FabricProgram {
  return {
    execute: (channel, known, input, state) => {
      const steps = executeBlock(channel, known, input, state, parts);
      let step = steps.next();
      while (step.done !== true) step = steps.next();
      return step.value;
    },
    ownWrites: localWritesOf,
    keep: keepLocally,
  };
}
