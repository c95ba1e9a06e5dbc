export { fabricLimitDefaults, type FabricLimits } from './fabric-limits';
export type { FabricCall, FabricMethod, FabricRefusal } from './fabric-methods';
export { openFabricDoor, type FabricDoor, type FabricDoorOptions } from './open-fabric-door';
