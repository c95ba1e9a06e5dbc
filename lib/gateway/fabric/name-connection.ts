/** A client may use one of its ports for connections to several of ours. `peer`: its `address:port`. */
export function nameConnection(entrance: string, peer: string): string {
  return `${peer} ${entrance}`;
}
