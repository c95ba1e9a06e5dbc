/** Words of the waterfront, three to eight letters: names at the gateway begin with one. */
const words = [
  'anchor', 'basin', 'bay', 'beacon', 'brook', 'buoy', 'canal', 'cape', 'cascade', 'channel', 'cistern', 'clipper', 'coast', 'compass', 'coral', 'cove',
  'creek', 'current', 'dam', 'delta', 'dew', 'dock', 'drift', 'dune', 'eddy', 'estuary', 'ferry', 'fjord', 'float', 'fountain', 'frost', 'gale',
  'geyser', 'glacier', 'gulf', 'harbour', 'haven', 'inlet', 'island', 'jetty', 'kelp', 'lagoon', 'lake', 'levee', 'lock', 'marina', 'marsh', 'mist',
  'moat', 'mole', 'mooring', 'oasis', 'ocean', 'oyster', 'pearl', 'pebble', 'pier', 'pilot', 'pond', 'pool', 'port', 'quay', 'rain', 'rapids',
  'reef', 'ridge', 'ripple', 'river', 'sail', 'salt', 'sand', 'schooner', 'sea', 'shell', 'shoal', 'shore', 'sluice', 'snow', 'sound', 'source',
  'spring', 'stream', 'strand', 'surf', 'surge', 'swell', 'tide', 'torrent', 'trench', 'vale', 'wave', 'weir', 'well', 'wharf', 'whirl', 'willow',
] as const;

const perWord = 10_000;
const range = words.length * perWord;
/** Prime, and so without a common divisor with the range: the step visits every name once before it repeats one. */
const stride = 611_953;

/**
 * Name of the n-th sub-chain of this installation: `tide-4417`. Different for different numbers; neighbours do not
 * look alike. After 960,000 names a further group of digits is added.
 */
export function slugOf(number: number): string {
  const lap = Math.floor(number / range);
  const place = ((number % range) * stride + 417_119) % range;
  const digits = String(place % perWord).padStart(4, '0');
  return `${words[Math.floor(place / perWord)]}-${digits}${lap === 0 ? '' : `-${lap}`}`;
}
