export { TestAuthority, TestIdentity, type Issued, type IssueOptions } from './certificates';
export { openTestChannel, type TestChannel, type TestChannelOptions } from './open-test-channel';
export { grpcFrame, openCall, RawClient } from './raw-client';
