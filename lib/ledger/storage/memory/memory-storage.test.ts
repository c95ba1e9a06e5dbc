import { describeStorageConformance } from '../../testing/storage-conformance';
import { createMemoryStorage } from './memory-storage';

describeStorageConformance('memory', { open: async () => createMemoryStorage(), clean: async () => undefined });
