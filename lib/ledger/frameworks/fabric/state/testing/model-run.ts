import { createRandom, type Random } from '../../../../testing/random';
import { encodeMetadata } from '../encode-rwset';
import type { SimulationResult, Simulator, SimulatorInput } from '../simulator';
import { keyHashOf } from '../state-keys';
import type { validateBlock } from '../validate-block';
import { VALIDATION_CODES } from '../../protocol/transaction/validation-codes';
import { worldState } from '../world-state';
import { bytes, TestLedger, text } from './test-ledger';

const NAMESPACES = ['b', 'a', 'B'];
const KEYS = ['a', 'b', 'ab', '\0a', '\uffff', '\u{10000}', '\u{10ffff}'];
const BOUNDS = ['', 'a', 'b', '\u0001', '\uffff', '\u{10ffff}'];

/** What may be put in the place of the real ones, to see whether a run notices. */
export interface ModelRunParts {
  readonly validate?: typeof validateBlock;
  readonly makeSimulator?: (input: SimulatorInput) => Simulator;
}

interface Entry {
  readonly value: string;
  readonly version: string;
  readonly metadata: string | undefined;
}

/** Namespace, `|` or `#` (hashed), key. */
type Model = ReadonlyMap<string, Entry>;

/** What a transaction saw and wants, as a naive executor would note it. */
interface Intent {
  readonly reads: { readonly namespace: string; readonly name: string; readonly version: string | undefined }[];
  readonly ranges: { readonly namespace: string; readonly start: string; readonly end: string; readonly seen: string[]; readonly isWhole: boolean }[];
  readonly hashedReads: { readonly namespace: string; readonly name: string; readonly version: string | undefined }[];
  readonly changes: Map<string, { value?: string | null; metadata?: string }>;
}

/**
 * Random transactions on states of several ages, committed by the real code and by a naive one that holds everything in a
 * map and looks at each read again, one transaction after another. The first difference, or undefined.
 */
export function runModel(seed: number, parts: ModelRunParts = {}): string | undefined {
  const random = createRandom(seed);
  const ledger = new TestLedger({ collections: Object.fromEntries(NAMESPACES.map((name) => [name, { secret: { blockToLive: 0 } }])), validate: parts.validate });
  let model: Model = new Map();
  const waiting: { txId: string; result: SimulationResult; intent: Intent }[] = [];
  for (let round = 0; round < 25; round += 1) {
    for (let count = random.below(4); count > 0; count -= 1) {
      const txId = `${round}-${count}`;
      const simulator = ledger.simulator(txId, parts.makeSimulator);
      const intent: Intent = { reads: [], ranges: [], hashedReads: [], changes: new Map() };
      for (let step = 1 + random.below(6); step > 0; step -= 1) {
        const difference = takeStep(random, simulator, model, intent, `${txId}.${step}`);
        if (difference !== undefined) return `round ${round}: ${difference}`;
      }
      waiting.push({ txId, result: simulator.finish(), intent });
    }
    if (random.chance(0.4)) continue;
    const ordered = waiting.splice(0, random.below(waiting.length + 1));
    const codes = [...ledger.commit(ordered).codes];
    const block = new Map(model);
    const touched = new Set<string>();
    const expected = ordered.map(({ intent }, index) => {
      const code = conflictOf(intent, block, touched);
      if (code === VALIDATION_CODES.VALID) apply(intent, block, touched, `${ledger.height}.${index}`);
      return code;
    });
    model = block;
    if (codes.join() !== expected.join()) return `round ${round}: codes ${codes.join()} where ${expected.join()} are right`;
    const [found, wanted] = [stateOf(ledger), modelOf(model)];
    if (found !== wanted) return `round ${round}: the state is\n${found}\nwhere it should be\n${wanted}`;
  }
  return undefined;
}

function takeStep(random: Random, simulator: Simulator, model: Model, intent: Intent, value: string): string | undefined {
  const namespace = random.pick(NAMESPACES);
  const key = random.pick(KEYS);
  const name = `${namespace}|${key}`;
  const hashedName = `${namespace}#${key}`;
  const change = (of: string, part: { value?: string | null; metadata?: string }) => intent.changes.set(of, { ...intent.changes.get(of), ...part });
  switch (random.pick(['get', 'get', 'put', 'put', 'del', 'metadata', 'range', 'range', 'hash', 'secret'] as const)) {
    case 'get': {
      intent.reads.push({ namespace, name, version: model.get(name)?.version });
      const found = text(simulator.getState(namespace, key));
      return found === model.get(name)?.value ? undefined : `${name} reads as ${found} where ${model.get(name)?.value} is right`;
    }
    case 'put':
      change(name, { value });
      return void simulator.putState(namespace, key, bytes(value));
    case 'del':
      change(name, { value: null });
      return void simulator.delState(namespace, key);
    case 'metadata':
      change(name, { metadata: value });
      return void simulator.putStateMetadata(namespace, key, new Map([['p', bytes(value)]]));
    case 'range':
      return takeRange(random, simulator, model, intent, namespace);
    case 'hash':
      intent.hashedReads.push({ namespace, name: hashedName, version: model.get(hashedName)?.version });
      return void simulator.getPrivateDataHash(namespace, 'secret', key);
    case 'secret':
      change(hashedName, { value });
      return void simulator.putPrivateData(namespace, 'secret', key, bytes(value));
  }
}

function takeRange(random: Random, simulator: Simulator, model: Model, intent: Intent, namespace: string): string | undefined {
  const [start, end] = [random.pick(BOUNDS), random.pick(BOUNDS)];
  const all = rangeOf(model, namespace, start, (key) => end === '' || compare(key, end) < 0);
  const wanted = random.chance(0.5) ? Infinity : 1 + random.below(3);
  const iterator = simulator.getStateByRange(namespace, start, end);
  const keys: string[] = [];
  let isWhole = false;
  while (keys.length < wanted && !isWhole) {
    const result = iterator.next();
    if (result === undefined) isWhole = true;
    else keys.push(result.key);
  }
  intent.ranges.push({ namespace, start, end: isWhole ? end : (keys.at(-1) ?? ''), seen: all.slice(0, keys.length).map(told), isWhole });
  const right = all.slice(0, wanted).map(([key]) => key);
  return JSON.stringify(keys) === JSON.stringify(right) ? undefined : `the range ${namespace} ${JSON.stringify([start, end])} is ${JSON.stringify(keys)} where ${JSON.stringify(right)} is right`;
}

function conflictOf(intent: Intent, model: Model, touched: ReadonlySet<string>): number {
  const isStale = ({ name, version }: Intent['reads'][number]) => touched.has(name) || model.get(name)?.version !== version;
  for (const namespace of [...NAMESPACES].sort(compare)) {
    const inNamespace = (one: { readonly namespace: string }) => one.namespace === namespace;
    if (intent.reads.filter(inNamespace).some(isStale)) return VALIDATION_CODES.MVCC_READ_CONFLICT;
    for (const { start, end, seen, isWhole } of intent.ranges.filter(inNamespace)) {
      const now = rangeOf(model, namespace, start, (key) => (isWhole ? end === '' || compare(key, end) < 0 : compare(key, end) <= 0));
      if (now.map(told).join() !== seen.join()) return VALIDATION_CODES.PHANTOM_READ_CONFLICT;
    }
    if (intent.hashedReads.filter(inNamespace).some(isStale)) return VALIDATION_CODES.MVCC_READ_CONFLICT;
  }
  return VALIDATION_CODES.VALID;
}

function apply(intent: Intent, model: Map<string, Entry>, touched: Set<string>, version: string): void {
  for (const [name, { value, metadata }] of intent.changes) {
    const before = model.get(name);
    if (value === undefined && before === undefined) continue;
    touched.add(name);
    if (value === null) model.delete(name);
    else model.set(name, { value: value ?? before?.value ?? '', version, metadata: metadata ?? before?.metadata });
  }
}

function rangeOf(model: Model, namespace: string, start: string, isInside: (key: string) => boolean): [key: string, entry: Entry][] {
  return [...model]
    .filter(([name]) => name.startsWith(`${namespace}|`))
    .map(([name, entry]): [string, Entry] => [name.slice(namespace.length + 1), entry])
    .filter(([key]) => compare(key, start) >= 0 && isInside(key))
    .sort(([a], [b]) => compare(a, b));
}

const told = ([key, { version }]: [key: string, entry: Entry]): string => `${JSON.stringify(key)}@${version}`;
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));

function stateOf(ledger: TestLedger): string {
  const world = worldState(ledger.state, ledger.privateState);
  const lines: string[] = [];
  for (const namespace of NAMESPACES) {
    for (const { key, value, version, metadata } of world.range(namespace, '', '')) {
      lines.push(`${namespace}|${JSON.stringify(key)} ${text(value)} ${version.block}.${version.transaction} ${Buffer.from(metadata).toString('hex')}`);
    }
    for (const key of [...KEYS].sort(compare)) {
      const hashed = world.getHashed(namespace, 'secret', keyHashOf(key));
      const plain = world.getPrivate(namespace, 'secret', key);
      if (hashed !== undefined) lines.push(`${namespace}#${JSON.stringify(key)} ${text(plain?.value)} ${hashed.version.block}.${hashed.version.transaction} ${Buffer.from(hashed.value).toString('hex')}`);
    }
  }
  return lines.join('\n');
}

function modelOf(model: Model): string {
  const lines: string[] = [];
  for (const namespace of NAMESPACES) {
    for (const [key, { value, version, metadata }] of rangeOf(model, namespace, '', () => true)) {
      const encoded = metadata === undefined ? '' : Buffer.from(encodeMetadata([{ name: 'p', value: bytes(metadata) }])).toString('hex');
      lines.push(`${namespace}|${JSON.stringify(key)} ${value} ${version} ${encoded}`);
    }
    for (const key of [...KEYS].sort(compare)) {
      const entry = model.get(`${namespace}#${key}`);
      if (entry !== undefined) lines.push(`${namespace}#${JSON.stringify(key)} ${entry.value} ${entry.version} ${Buffer.from(keyHashOf(entry.value)).toString('hex')}`);
    }
  }
  return lines.join('\n');
}
