export * from './config';
export * from './envelopes-and-blocks';
export * from './peer';
export * from './queries';
export * from './signature-policy';
