export * from './schemas';
export { createControlClient, type ControlClient, type ControlClientOptions } from './create-control-client';
export type { CallOptions } from './create-call-sender';
export { openControlServer, type ControlServerOptions, type ControlLogger } from './open-control-server';
export { waitMsMax, type ControlHandlers } from './calls';
export { createLinkClient, type LinkClient, type LinkClientOptions } from './create-link-client';
export { linkRecordsMax, linkTransactionBytesMax, type LinkHandlers, type LinkSubmitResult } from './link-calls';
export { parseControlSecret } from './sign-request';
export { openHttpListener, readBody, type HttpListener } from './http-listener';
