/** Of the operation; alone, so that who looks for its rows needs none of its steps. */
export const movePeerKind = 'sub-chain.move-peer';
