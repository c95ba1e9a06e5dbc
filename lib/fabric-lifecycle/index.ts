export { openLifecycle, type Lifecycle, type LifecycleDoor, type Member } from './open-lifecycle';
export { LIFECYCLE_MS_MAX, type Definition, type InstalledPackage } from './lifecycle-messages';
