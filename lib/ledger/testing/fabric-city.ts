import type { FabricTestCity, TestCityOptions } from '../frameworks/fabric/services/testing/served-city';

export type { FabricTestCity };

/** Loaded with its first use: few tests need a whole channel. */
export async function openFabricTestCity(options: TestCityOptions = {}): Promise<FabricTestCity> {
  const { openServedCity } = await import('../frameworks/fabric/services/testing/served-city');
  return openServedCity(options);
}
