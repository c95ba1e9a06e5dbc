export * from './client';
export { collectMeters } from './collect-meters';
export { getMeters } from './get-meters';
