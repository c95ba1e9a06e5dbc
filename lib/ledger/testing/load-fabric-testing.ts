/**
 * A city node with Fabric channels in memory, and the official client in front of it. Loaded when it is asked for: tools that
 * test other things do without the client.
 */
export async function loadFabricTesting() {
  const [city, gateway, { createTestOrganisation }, { auditBlocks }] = await Promise.all([
    import('../frameworks/fabric/endorser/testing/test-city'),
    import('../frameworks/fabric/endorser/testing/test-gateway'),
    import('../frameworks/fabric/testing/test-organisation'),
    import('../frameworks/fabric/testing/audit-blocks'),
  ]);
  return { TestCity: city.TestCity, createTestOrganisation, auditBlocks, deploy: gateway.deploy, openContract: gateway.openContract, refusalOf: gateway.refusalOf };
}
