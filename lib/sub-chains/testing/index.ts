export { startChild, type Child } from './child-process';
export { givenFakeRunning, openFakeInstallation, runToEnd, type FakeInstallation } from './fake-installation';
export { findOrphans } from './find-orphans';
export { finalOperation, givenApprovedApplication, givenCaller, givenPaidApplication, type PaidApplication, type SignedUp } from './given';
export { openInstallation, type Installation, type InstallationOptions } from './open-installation';
