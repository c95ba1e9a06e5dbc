export * from './schemas';
export { createControlClient, type ControlClient, type ControlClientOptions, type CallOptions } from './create-control-client';
