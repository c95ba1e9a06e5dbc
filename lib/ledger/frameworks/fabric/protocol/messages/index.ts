export * from './envelopes-and-blocks';
export * from './config';
export * from './peer';
export * from './signature-policy';
