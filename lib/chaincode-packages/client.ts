/** Browser-safe door: what a package's label may be, and how large packages are. */
export { findLabelFault } from './label';
export { packageLimits, type PackageLimits } from './limits';
