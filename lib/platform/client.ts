export * from './pure/errors';
export * from './pure/assert';
