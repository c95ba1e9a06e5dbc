export * from './client';
export { buildPackage, type BuiltPackage, type PackageContent } from './build-package';
export { isPackageInvalid, PackageInvalid } from './errors';
export { openPackage, type ChaincodePackage } from './open-package';
export type { TarFile } from './read-tar';
