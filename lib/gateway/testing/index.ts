export * from './test-host';
