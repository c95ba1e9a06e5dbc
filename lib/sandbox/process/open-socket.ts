import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { SOCKET_PATH } from '../confinement/sandbox-command';

/** linux/fcntl.h; Node.js does not name it. The file is not opened, only held. */
const O_PATH = 0o10000000;

export interface HeldSocket {
  /** To connect to; as long as it is held. */
  readonly path: string;
  close(): void;
}

/**
 * Takes hold of the socket in a sandbox's own file system; undefined while there is none. Its maker is not trusted: were it
 * connected to by name, a link in its place would lead to any socket of the host. `root`: first process of the sandbox.
 */
export function openSocket(root: number): HeldSocket | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(`/proc/${root}/root${SOCKET_PATH}`, O_PATH | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EACCES: bubblewrap has not changed its user yet.
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw error;
  }
  if (!fstatSync(descriptor).isSocket()) {
    closeSync(descriptor);
    return undefined;
  }
  return { path: `/proc/self/fd/${descriptor}`, close: () => closeSync(descriptor) };
}

/** Whether somebody listens there: a socket has its name a moment before that. */
export function isListening(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socketPath);
    const answer = (listens: boolean) => {
      connection.destroy();
      resolve(listens);
    };
    connection.once('connect', () => answer(true));
    connection.on('error', () => answer(false));
  });
}
