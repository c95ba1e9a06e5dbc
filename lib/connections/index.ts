export { buildFabricKit, type FabricKit, type KitCall, type KitPeer } from './fabric-kit';
