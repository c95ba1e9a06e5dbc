import { breachAt, isTest, type Breach, type Rule, type Tree } from '../tree';
import { floorOf, listRooms, roomOf } from '../places';

const pure = 'lib/platform/pure';

/** Tests, what only tests use, and the tools beside the product. */
function isTestSupport(file: string): boolean {
  return isTest(file) || /(^|\/)testing(\/|\.ts$)/.test(file) || floorOf(file) === 'tools';
}

function isDoor(target: string, from: string): boolean {
  const room = roomOf(target);
  if (room === undefined) return true;
  if (room === pure) return true;
  // What Prisma generated is for every room above; prismaStaysInside and database say what of it and for whom.
  if (target.startsWith('lib/platform/generated/')) return true;
  if ([room, ...['index', 'client', 'thread'].flatMap((door) => [`${room}/${door}`, `${room}/${door}.ts`])].includes(target)) return true;
  // Conformance suites, fakes and simulators are shipped with the interface that they test.
  return isTestSupport(from) && [`${room}/testing`, `${room}/testing/index.ts`].includes(target);
}

export const doorsRule: Rule = {
  name: 'a room of lib is entered by index.ts, client.ts or thread.ts only',
  check: (tree) =>
    tree.modules.flatMap((file) =>
      file.imports.flatMap((one) => {
        if (!one.target || roomOf(one.target) === roomOf(file.path)) return [];
        if (isDoor(one.target, file.path)) return [];
        return [breachAt(file, one, `${one.target} is inside a room: take it from ${roomOf(one.target)}, or put it on that door.`)];
      }),
    ),
};

/** Room → rooms that its files import, with one file and import as the reason. Tests are left out: they may look up. */
function roomGraph(tree: Tree): Map<string, Map<string, Breach>> {
  const graph = new Map<string, Map<string, Breach>>();
  for (const file of tree.modules) {
    const room = roomOf(file.path);
    if (!room || isTest(file.path)) continue;
    for (const one of file.imports) {
      const other = one.target && roomOf(one.target);
      if (!other || other === room) continue;
      const edges = graph.get(room) ?? new Map<string, Breach>();
      if (!edges.has(other)) edges.set(other, breachAt(file, one, ''));
      graph.set(room, edges);
    }
  }
  return graph;
}

function findCycle(graph: Map<string, Map<string, Breach>>, start: string): string[] | undefined {
  const trail: string[] = [];
  const seen = new Set<string>();
  const visit = (room: string): boolean => {
    trail.push(room);
    for (const next of graph.get(room)?.keys() ?? []) {
      if (next === start) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      if (visit(next)) return true;
    }
    trail.pop();
    return false;
  };
  return visit(start) ? trail : undefined;
}

export const cyclesRule: Rule = {
  name: 'rooms of lib form no cycle',
  check: (tree) => {
    const graph = roomGraph(tree);
    const reported = new Set<string>();
    return [...graph.keys()].sort().flatMap((room) => {
      const cycle = findCycle(graph, room);
      const key = [...(cycle ?? [])].sort().join(' ');
      if (!cycle || reported.has(key)) return [];
      reported.add(key);
      const reason = graph.get(room)?.get(cycle[1] ?? room);
      return [{ path: reason?.path ?? room, line: reason?.line, message: `rooms import each other in a circle: ${[...cycle, room].join(' → ')}.` }];
    });
  },
};

/** Lines of the one page in which a room explains itself. */
const readmeLinesMax = 60;

export const readmeRule: Rule = {
  name: 'every room explains itself on one page and has a door',
  check: (tree) =>
    [...listRooms(tree.files)].flatMap(([room, paths]) => {
      if (room === pure) return [];
      const breaches: Breach[] = [];
      const readme = tree.find(`${room}/README.md`);
      if (!readme) breaches.push({ path: room, message: 'has no README.md: what lives here, doors, words, how it flows, how to add.' });
      else if (readme.lineCount > readmeLinesMax) {
        breaches.push({ path: readme.path, message: `has ${readme.lineCount} lines: a room explains itself in ${readmeLinesMax}.` });
      }
      if (!paths.some((path) => path === `${room}/index.ts` || path === `${room}/client.ts`)) {
        breaches.push({ path: room, message: 'has no door: index.ts (server) or client.ts (browser).' });
      }
      return breaches;
    }),
};
