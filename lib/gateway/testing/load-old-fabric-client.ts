/** A client of Fabric as it was before there were gateways. Loaded when it is asked for: most tests do without Fabric's classes. */
export async function loadOldFabricClient() {
  const [queries, { OldClient }] = await Promise.all([import('../fabric/testing/discovery-queries'), import('../fabric/testing/old-client')]);
  return { ...queries, OldClient };
}
