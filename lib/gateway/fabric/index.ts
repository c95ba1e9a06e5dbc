import type { FabricDoor, FabricDoorOptions } from './open-fabric-door';

export { fabricLimitDefaults, type FabricLimits } from './fabric-limits';
export type { FabricCall, FabricMethod, FabricRefusal } from './fabric-methods';
export type { FabricDoor, FabricDoorOptions };

/** See `open-fabric-door.ts`; gRPC is loaded with the first door: a city node without a channel starts without. */
export async function openFabricDoor(options: FabricDoorOptions): Promise<FabricDoor> {
  const { openFabricDoor: open } = await import('./open-fabric-door');
  return open(options);
}
