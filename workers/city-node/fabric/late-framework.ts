import { loadFabric, type FabricFrameworkOptions, type Framework } from '@/lib/ledger';
import { assert } from '@/lib/platform/pure/assert';

/** What the genesis blocks of channels name. */
export const FABRIC = 'fabric';

/** Fabric's door of the engine, once it is loaded. */
export type Fabric = Awaited<ReturnType<typeof loadFabric>>;

/**
 * The Fabric framework, whose program is a third of the city node's and is loaded when a channel needs it. Hosts know it by
 * its name from the start; whoever has a channel opened or answered loads it before.
 */
export class LateFabricFramework implements Framework {
  readonly name = FABRIC;
  #framework: Framework | undefined;

  constructor(private readonly options: FabricFrameworkOptions) {}

  /** Idempotent. */
  async load(): Promise<Fabric> {
    const fabric = await loadFabric();
    // The engine knows frameworks without the type of their settings.
    this.#framework ??= fabric.createFabricFramework(this.options) as Framework;
    return fabric;
  }

  get engineVersion(): number {
    return this.#loaded.engineVersion;
  }

  get configSchema(): Framework['configSchema'] {
    return this.#loaded.configSchema;
  }

  open(context: Parameters<Framework['open']>[0]): ReturnType<Framework['open']> {
    return this.#loaded.open(context);
  }

  get #loaded(): Framework {
    assert(this.#framework !== undefined, 'Fabric is loaded before a channel is read');
    return this.#framework;
  }
}
