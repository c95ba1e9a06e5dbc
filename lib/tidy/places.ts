/** Where a file stands in the house. */
export type Floor = 'app' | 'workers' | 'lib' | 'tools';

/** Next's own entry files at the root belong to `app`. */
const appFilesAtRoot = /^(proxy|middleware|instrumentation(-client)?)\.ts$/;

export function floorOf(file: string): Floor {
  const top = file.split('/')[0];
  if (top === 'app' || appFilesAtRoot.test(file)) return 'app';
  if (top === 'workers') return 'workers';
  if (top === 'lib') return 'lib';
  return 'tools';
}

/**
 * The room of a file of lib/: `lib/billing`. `lib/platform/pure` is a room of its own, the only one below the
 * engine. Files directly in lib/ (this test) are in no room.
 */
export function roomOf(file: string): string | undefined {
  const [floor, room, inner] = file.split('/');
  if (floor !== 'lib' || room === undefined || room.includes('.')) return undefined;
  return room === 'platform' && inner === 'pure' ? 'lib/platform/pure' : `lib/${room}`;
}

/** Every room of the tree with its files' paths. */
export function listRooms(files: readonly { path: string }[]): Map<string, string[]> {
  const rooms = new Map<string, string[]>();
  for (const { path } of files) {
    const room = roomOf(path);
    if (room) rooms.set(room, [...(rooms.get(room) ?? []), path]);
  }
  return rooms;
}
