export * from './common';
export * from './config';
export * from './peer';
