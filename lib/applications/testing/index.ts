export * from './application-fixture';
