import { expect, it } from 'vitest';
import { createMemoryStorage } from '../../storage/memory/memory-storage';
import { chainId, height } from '../types';
import { Departure } from './departure';

it('a copy that broke off gives no part more: it has to begin again', async () => {
  const storage = createMemoryStorage();
  const chain = storage.create(chainId('tide-4417'));
  await chain.commit(height(0), Uint8Array.of(0), []);
  const departure = new Departure(chain);
  await storage.close();
  await expect(departure.next(chain)).rejects.toMatchObject({ code: 'closing' });
  await expect(departure.next(chain)).rejects.toMatchObject({ code: 'move-failed', details: { reason: 'its copy broke off' } });
});
