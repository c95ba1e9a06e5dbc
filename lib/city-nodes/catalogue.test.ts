import { describe, expect, it } from 'vitest';
import { cityCodeSchema } from '@/lib/control';
import { catalogue, embeddedCityNodes, embeddedHostName, spreadCityNodes } from './catalogue';

describe('catalogue of city nodes', () => {
  it('names each place once, by a code that fits the control interface and the gateway’s paths', () => {
    expect(new Set(catalogue.map((place) => place.code)).size).toBe(catalogue.length);
    expect(new Set(catalogue.map((place) => place.city)).size).toBe(catalogue.length);
    for (const place of catalogue) expect(cityCodeSchema.safeParse(place.code).success, place.code).toBe(true);
  });

  it('lies on the map where the cities are', () => {
    for (const place of catalogue.filter(({ country }) => country === 'China')) {
      expect(place.latitude, place.city).toBeGreaterThan(18);
      expect(place.latitude, place.city).toBeLessThan(54);
      expect(place.longitude, place.city).toBeGreaterThan(73);
      expect(place.longitude, place.city).toBeLessThan(135);
    }
    expect(catalogue.filter(({ country }) => country === 'China').length).toBeGreaterThanOrEqual(40);
  });

  it('holds the seven overseas places and Hong Kong', () => {
    const overseas = catalogue.filter(({ country }) => country !== 'China').map(({ city }) => city);
    expect(overseas.toSorted()).toEqual(['California', 'Hong Kong', 'Johannesburg', 'Paris', 'Singapore', 'Sydney', 'São Paulo', 'Tokyo'].toSorted());
  });

  it('knows every city node of the embedded host', () => {
    for (const code of embeddedCityNodes) expect(catalogue.some((place) => place.code === code), code).toBe(true);
  });
});

describe('the city nodes of one machine', () => {
  it.each([1, 2, 3, 4, 5, 6, 7])('lie each on exactly one of %i processes, and no process carries two more than another', (processes) => {
    const hands = spreadCityNodes(processes);
    expect(hands).toHaveLength(processes);
    expect(hands.flat().toSorted()).toEqual([...embeddedCityNodes].toSorted());
    const sizes = hands.map((codes) => codes.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('lie apart when neighbours in the list are chosen', () => {
    expect(spreadCityNodes(4)).toEqual([['SIN', 'TYO'], ['PAR', 'SAO'], ['JNB', 'SYD'], ['HKG']]);
  });

  it.each([0, 8, 1.5, Number.NaN])('are not spread over %s processes', (processes) => {
    expect(() => spreadCityNodes(processes)).toThrow('number of city-node processes');
  });

  it('keep the first process under the name it always had', () => {
    expect([1, 2, 7].map(embeddedHostName)).toEqual(['embedded', 'embedded-2', 'embedded-7']);
  });
});
