/** Real hosts with Fabric channels, and the official client in front of them. Loaded when it is asked for: most tests do without Fabric's classes. */
export function loadFabricHostTesting() {
  return import('../fabric/testing/fabric-host');
}
