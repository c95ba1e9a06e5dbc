export { makeChaincode, makePackage, makeTar, type TarEntry } from './make-package';
