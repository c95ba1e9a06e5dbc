type Trim = (padBytes: number) => number;

let loading: Promise<Trim> | undefined;

/**
 * Gives the free pages of glibc's heap back to the machine (`malloc_trim(3)`). By itself glibc gives back only what lies
 * behind its last piece in use, and the bytes that V8 and LMDB keep outside of V8's heap lie between each other: after a
 * load nine tenths of them were free, and stayed. Loaded with its first use. Rejects where the system's library has no such
 * function; does nothing on other systems than Linux.
 */
export async function trimAllocator(): Promise<void> {
  if (process.platform !== 'linux') return;
  loading ??= load();
  (await loading)(0);
}

async function load(): Promise<Trim> {
  const { default: koffi } = await import('koffi');
  return koffi.load('libc.so.6').func('int malloc_trim(size_t pad)') as Trim;
}
