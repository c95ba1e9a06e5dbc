import { loadFabricHostTesting } from '@/lib/gateway/testing';

export const { channelConfig, collectionOf, createTestOrganisation, FabricClients, giveIdentity, settingsOf } = await loadFabricHostTesting();
export type FabricClients = InstanceType<typeof FabricClients>;
export type Organisation = ReturnType<typeof createTestOrganisation>;
