export * from './pure/errors';
export * from './pure/assert';
export * from './pure/storable';
