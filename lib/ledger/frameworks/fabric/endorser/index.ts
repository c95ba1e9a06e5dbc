// From a signed proposal to what a chaincode answers, and to endorsements.
export { findMemberPolicy } from './collection-access';
export { lifecycleOf } from './lifecycle-of-view';
export { chaincodeInterest } from './chaincode-interest';
export { checkAccess, checkChannelAccess, type Caller } from './access-rules';
export { endorseTransaction } from './endorse-transaction';
export { evaluateTransaction, type GatewayRequest } from './evaluate-transaction';
export { findIdentity, findPeerHere } from './find-identity';
export { GATEWAY_CODES, GatewayRefused, type GatewayCode, type PeerError } from './gateway-refused';
export { policyOf } from './plan-endorsers';
export { ChaincodeUnavailable, type SimulationView, type EndorserPorts, type PrivatePlaintext } from './ports';
export { portsOfHost, type ChannelDirectory, type HostChannels } from './ports-of-host';
export { processProposal, type ProposalAnswer, type ProposalRequest } from './process-proposal';
