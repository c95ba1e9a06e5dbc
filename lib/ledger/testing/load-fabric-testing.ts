/**
 * A city node with Fabric channels in memory, and the official client in front of it. Loaded when it is asked for: tools that
 * test other things do without the client.
 */
export async function loadFabricTesting() {
  const [city, gateway, { createTestOrganisation }, { auditBlocks }, { anyMemberOf, collections }, lifecycle, { checkPrincipal }, { validateIdentity }] = await Promise.all([
    import('../frameworks/fabric/endorser/testing/test-city'),
    import('../frameworks/fabric/endorser/testing/test-gateway'),
    import('../frameworks/fabric/testing/test-organisation'),
    import('../frameworks/fabric/testing/audit-blocks'),
    import('../frameworks/fabric/testing/test-collections'),
    import('../frameworks/fabric/testing/lifecycle-calls'),
    import('../frameworks/fabric/msp/check-principal'),
    import('../frameworks/fabric/msp/validate-identity'),
  ]);
  return { TestCity: city.TestCity, createTestOrganisation, auditBlocks, anyMemberOf, checkPrincipal, collections, validateIdentity, ...lifecycle, deploy: gateway.deploy, openContract: gateway.openContract, refusalOf: gateway.refusalOf };
}
