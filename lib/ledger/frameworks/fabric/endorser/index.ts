// From a signed proposal to what a chaincode answers, and to endorsements.
export { isMember } from './collection-access';
export { checkAccess, checkChannelAccess, type Caller } from './access-rules';
export { findIdentity } from './find-identity';
export { endorseTransaction } from './endorse-transaction';
export { evaluateTransaction, type GatewayRequest } from './evaluate-transaction';
export { GATEWAY_CODES, GatewayRefused, type GatewayCode, type PeerError } from './gateway-refused';
export { ChaincodeUnavailable, type SimulationView, type EndorserPorts, type PrivatePlaintext } from './ports';
export { portsOfHost, type ChannelDirectory, type HostChannels } from './ports-of-host';
export { processProposal, type ProposalAnswer, type ProposalRequest } from './process-proposal';
