/** Of the operation; alone, so that who looks for its rows needs none of its steps. */
export const changeFinalityKind = 'sub-chain.change-finality';
