export * from './client';
export { contractOf, encodeDeployment } from './encode-deployment';
