import type { Framework } from '../core/framework';
import { createLedgerHost } from '../core/host';
import { createInProcessNetwork, type InProcessNetwork } from '../core/in-process-network';
import { createEmbeddedOrdering } from '../ordering/embedded/embedded-ordering';
import { openDiskKeys } from '../storage/disk/disk-keys';
import type { FilePort } from '../storage/disk/file-port';
import type { StoryNode } from './host-power-cut-story';
import { createManualPorts, type ManualPorts } from './manual-ports';
import { createMemoryIndex, type MemoryIndex } from './memory-index';
import { openTestStorage } from './open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from './power-cut-files';
import type { Random } from './random';

/** A city node whose power may go: what survives a cut, and what does not. */
export interface PowerCutNode extends StoryNode {
  readonly at: number;
  files: PowerCutFiles;
  manual: ManualPorts;
  index: MemoryIndex;
  leave: () => void;
}

export interface PowerCutNodesOptions {
  readonly random: Random;
  readonly count: number;
  /** What node number `at` runs. */
  readonly frameworks: (at: number) => readonly Framework[];
  /** What lies between the host and its disk: a planted bug. */
  readonly wrap?: ((files: FilePort) => FilePort) | undefined;
}

/** City nodes of one process that reach each other by function calls, each on a disk that forgets what was not synced. */
export class PowerCutNodes {
  readonly all: readonly PowerCutNode[];
  readonly #options: PowerCutNodesOptions;
  readonly #network: InProcessNetwork = createInProcessNetwork();

  constructor(options: PowerCutNodesOptions) {
    this.#options = options;
    this.all = Array.from({ length: options.count }, (_, at): PowerCutNode => ({ at, name: `C${at}`, files: createPowerCutFiles(), index: createMemoryIndex(), manual: createManualPorts(), life: 0, host: undefined, leave: () => undefined }));
  }

  /** Opens what the node's disk holds. */
  async start(node: PowerCutNode): Promise<void> {
    const { random, frameworks, wrap = (files: FilePort) => files } = this.#options;
    const manual = createManualPorts();
    // All clocks show the same.
    manual.setClock(node.manual.ports.now());
    node.manual = manual;
    const files = wrap(node.files);
    const newSalt = (): Uint8Array => Uint8Array.from(random.bytes(16));
    const keys = await openDiskKeys({ files, directory: '/ledger/keys', keyEncryptionKey: new Uint8Array(32).fill(7), newSalt, schedule: manual.ports.schedule, logger: manual.ports.logger, segmentBytesMax: random.pick([700, 20_000]), roomBytes: random.pick([0, 300]) });
    const storage = await openTestStorage({ directory: '/ledger', files, index: node.index, manual, segmentBytesMax: random.pick([2_000, 20_000]), roomBytes: random.pick([0, 4_000]) });
    const { link, enter } = this.#network.connect();
    node.host = createLedgerHost({ storage, keys, ordering: createEmbeddedOrdering(), frameworks: frameworks(node.at), link, ports: manual.ports });
    node.leave = enter(node.name, node.host);
  }

  /** The power went for this node, or its process was killed on the way: either way a new one opens what is there. */
  async restart(node: PowerCutNode, keepIndex: boolean): Promise<void> {
    node.leave();
    node.life += 1;
    node.files = node.files.restart(this.#options.random);
    node.index = node.index.cut(keepIndex);
    await this.start(node);
  }
}
