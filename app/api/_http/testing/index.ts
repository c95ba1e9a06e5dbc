export { callRoute, createRequest, type RouteAnswer, type RouteCallOptions } from "./call-route";
export { serveHandlers } from "./serve-handler";
export { readEvents, type ReceivedEvent } from "./read-events";
// `open-running-application` is imported by its own path: it brings half of the rooms with it.
export { createAdmin, createPublisher, createTenant, type Publisher, type Tenant } from "./tenants";
