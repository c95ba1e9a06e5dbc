export { FakeNetwork, type FakeHost } from './fake-network';
