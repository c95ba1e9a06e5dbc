export { decodeEcdsaDer, encodeEcdsaDer, encodeInteger, type EcdsaNumbers } from './ecdsa-der';
export { signEcdsa, verifyEcdsa } from './ecdsa';
export { isLowS, toLowS, type Curve } from './low-s';
