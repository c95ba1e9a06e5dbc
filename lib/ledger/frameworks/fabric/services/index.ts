// Fabric's gRPC services over bytes: what a city node says to official clients.
export { answerPeerTask, type PeerTaskCall, type PeerTaskPorts } from './answer-peer-task';
export { createFabricServices } from './create-fabric-services';
export { serviceLimitDefaults, type ServedChannel, type ServedConfiguration, type ServiceCall, type ServiceLimits, type ServiceMethod, type ServicePorts, type ServiceQuota, type ServiceQuotaRefusal, type StreamMethod, type UnaryMethod } from './ports';
export { serveChannel, type ServeChannelOptions } from './serve-channel';
export { SERVICE_CODES, ServiceRefused, type ServiceCode, type ServiceErrorDetail } from './service-refused';
