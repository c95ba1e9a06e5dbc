export * from './finality';
export * from './schemas';
export { joinConfigSchema, type JoinConfig } from './join-config';
export { createControlClient, type ControlClient, type ControlClientOptions } from './create-control-client';
export type { CallOptions } from './create-call-sender';
export { openControlServer, type ControlServerOptions, type ControlLogger } from './open-control-server';
export { waitMsMax, type ControlHandlers } from './calls';
export { parseControlSecret } from './sign-request';
export { listenError, openHttpListener, readBody, type HttpListener } from './http-listener';
