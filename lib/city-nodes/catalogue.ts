import { assert } from '@/lib/platform';

/**
 * The catalogue of places: data. A place without a host is planned and can be looked at, not chosen. `provider` is the
 * cloud it is planned with; the host that joins says what it really runs on. Codes are the city's IATA code.
 * Coordinates: degrees, city centre.
 */
export interface CataloguePlace {
  code: string;
  city: string;
  country: string;
  provider: string;
  region: string;
  latitude: number;
  longitude: number;
}

type Row = readonly [code: string, city: string, region: string, latitude: number, longitude: number];

const abroad: readonly (readonly [...Row, country: string, provider: string])[] = [
  ['TYO', 'Tokyo', 'Kanto', 35.6762, 139.6503, 'Japan', 'AWS'],
  ['SJC', 'California', 'San Jose', 37.3382, -121.8863, 'United States', 'Google Cloud'],
  ['SYD', 'Sydney', 'New South Wales', -33.8688, 151.2093, 'Australia', 'AWS'],
  ['SIN', 'Singapore', 'Singapore', 1.3521, 103.8198, 'Singapore', 'AWS'],
  ['PAR', 'Paris', 'Île-de-France', 48.8566, 2.3522, 'France', 'Microsoft Azure'],
  ['SAO', 'São Paulo', 'São Paulo', -23.5505, -46.6333, 'Brazil', 'AWS'],
  ['JNB', 'Johannesburg', 'Gauteng', -26.2041, 28.0473, 'South Africa', 'Microsoft Azure'],
  ['HKG', 'Hong Kong', 'Hong Kong', 22.3193, 114.1694, 'Hong Kong SAR', 'Microsoft Azure'],
];

const mainland: Readonly<Record<string, readonly Row[]>> = {
  'Baidu Cloud': [
    ['PEK', 'Beijing', 'Beijing', 39.9042, 116.4074],
    ['CAN', 'Guangzhou', 'Guangdong', 23.1291, 113.2644],
    ['SZV', 'Suzhou', 'Jiangsu', 31.299, 120.5853],
    ['WUH', 'Wuhan', 'Hubei', 30.5928, 114.3055],
    ['BAV', 'Baotou', 'Inner Mongolia', 40.6578, 109.8404],
  ],
  'China Unicom': [
    ['SHA', 'Shanghai', 'Shanghai', 31.2304, 121.4737],
    ['TSN', 'Tianjin', 'Tianjin', 39.0842, 117.2009],
    ['TNA', 'Jinan', 'Shandong', 36.6512, 117.1201],
    ['TAO', 'Qingdao', 'Shandong', 36.0671, 120.3826],
    ['YNT', 'Yantai', 'Shandong', 37.4638, 121.4479],
    ['WEF', 'Weifang', 'Shandong', 36.7069, 119.1617],
    ['LYI', 'Linyi', 'Shandong', 35.1041, 118.3564],
    ['SJW', 'Shijiazhuang', 'Hebei', 38.0428, 114.5149],
    ['TYN', 'Taiyuan', 'Shanxi', 37.8706, 112.5489],
    ['HET', 'Hohhot', 'Inner Mongolia', 40.8414, 111.7519],
    ['SHE', 'Shenyang', 'Liaoning', 41.8057, 123.4315],
    ['DLC', 'Dalian', 'Liaoning', 38.914, 121.6147],
    ['CGQ', 'Changchun', 'Jilin', 43.8171, 125.3235],
    ['HRB', 'Harbin', 'Heilongjiang', 45.8038, 126.535],
    ['CGO', 'Zhengzhou', 'Henan', 34.7466, 113.6254],
    ['LYA', 'Luoyang', 'Henan', 34.6197, 112.454],
  ],
  'China Telecom': [
    ['NKG', 'Nanjing', 'Jiangsu', 32.0603, 118.7969],
    ['WUX', 'Wuxi', 'Jiangsu', 31.4912, 120.3119],
    ['CZX', 'Changzhou', 'Jiangsu', 31.8107, 119.9741],
    ['NTG', 'Nantong', 'Jiangsu', 31.9802, 120.8943],
    ['XUZ', 'Xuzhou', 'Jiangsu', 34.2044, 117.2858],
    ['YTY', 'Yangzhou', 'Jiangsu', 32.3942, 119.4127],
    ['CTU', 'Chengdu', 'Sichuan', 30.5728, 104.0668],
    ['MIG', 'Mianyang', 'Sichuan', 31.4675, 104.6796],
    ['CKG', 'Chongqing', 'Chongqing', 29.563, 106.5516],
    ['XIY', "Xi'an", 'Shaanxi', 34.3416, 108.9398],
    ['LHW', 'Lanzhou', 'Gansu', 36.0611, 103.8343],
    ['URC', 'Urumqi', 'Xinjiang', 43.8256, 87.6168],
    ['LXA', 'Lhasa', 'Tibet', 29.652, 91.1721],
    ['FOC', 'Fuzhou', 'Fujian', 26.0745, 119.2965],
    ['XMN', 'Xiamen', 'Fujian', 24.4798, 118.0894],
    ['JJN', 'Quanzhou', 'Fujian', 24.8741, 118.6757],
    ['KHN', 'Nanchang', 'Jiangxi', 28.6829, 115.8579],
    ['HFE', 'Hefei', 'Anhui', 31.8206, 117.2272],
  ],
  'China Mobile': [
    ['SZX', 'Shenzhen', 'Guangdong', 22.5431, 114.0579],
    ['FUO', 'Foshan', 'Guangdong', 23.0215, 113.1214],
    ['ZUH', 'Zhuhai', 'Guangdong', 22.271, 113.5767],
    ['SWA', 'Shantou', 'Guangdong', 23.354, 116.6819],
    ['ZHA', 'Zhanjiang', 'Guangdong', 21.2707, 110.3594],
    ['HGH', 'Hangzhou', 'Zhejiang', 30.2741, 120.1551],
    ['NGB', 'Ningbo', 'Zhejiang', 29.8683, 121.544],
    ['WNZ', 'Wenzhou', 'Zhejiang', 27.9938, 120.6994],
    ['CSX', 'Changsha', 'Hunan', 28.2282, 112.9388],
    ['YIH', 'Yichang', 'Hubei', 30.6918, 111.2865],
    ['KMG', 'Kunming', 'Yunnan', 25.0389, 102.7183],
    ['KWE', 'Guiyang', 'Guizhou', 26.647, 106.6302],
    ['NNG', 'Nanning', 'Guangxi', 22.817, 108.3665],
    ['KWL', 'Guilin', 'Guangxi', 25.2736, 110.29],
    ['HAK', 'Haikou', 'Hainan', 20.044, 110.1999],
    ['SYX', 'Sanya', 'Hainan', 18.2528, 109.5119],
    ['XNN', 'Xining', 'Qinghai', 36.6171, 101.7782],
    ['INC', 'Yinchuan', 'Ningxia', 38.4872, 106.2309],
  ],
};

export const catalogue: readonly CataloguePlace[] = [
  ...abroad.map(([code, city, region, latitude, longitude, country, provider]) => ({ code, city, country, provider, region, latitude, longitude })),
  ...Object.entries(mainland).flatMap(([provider, rows]) =>
    rows.map(([code, city, region, latitude, longitude]) => ({ code, city, country: 'China', provider, region, latitude, longitude })),
  ),
];

/** City nodes that an installation on one machine carries. */
export const embeddedCityNodes = ['SIN', 'PAR', 'JNB', 'HKG', 'TYO', 'SAO', 'SYD'] as const;

/** More processes than city nodes would have nothing to carry. */
export const embeddedHostsMax = embeddedCityNodes.length;

/** How the embedded city nodes lie on that many processes: dealt out in turn, so that neighbours in the list lie apart. */
export function spreadCityNodes(processes: number): string[][] {
  assert(Number.isInteger(processes) && processes >= 1 && processes <= embeddedHostsMax, `${processes} is a number of city-node processes`);
  const hands: string[][] = Array.from({ length: processes }, () => []);
  embeddedCityNodes.forEach((code, index) => hands[index % processes]?.push(code));
  return hands;
}

/** The name of a process of this machine, counted from 1. The first one's is older than the others. */
export function embeddedHostName(number: number): string {
  return number === 1 ? 'embedded' : `embedded-${number}`;
}
