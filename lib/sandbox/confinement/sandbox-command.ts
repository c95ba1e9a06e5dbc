import path from 'node:path';
import type { SandboxLimits } from '../limits';
import type { SandboxUser } from './choose-user';
import type { SandboxPrograms } from './find-programs';

/** Where the chaincode listens, as it sees it. */
export const SOCKET_PATH = '/run/chaincode/chaincode.sock';
/** Descriptors that bubblewrap is given beside output and errors. */
export const SECCOMP_FD = 3;
export const STATUS_FD = 4;
const namespaceUid = 65534;
const socketFolderBytes = 65_536;

export interface SandboxCommandOptions {
  readonly programs: SandboxPrograms;
  readonly user: SandboxUser;
  readonly limits: SandboxLimits;
  /** Directory of the unpacked code, with its package.json. */
  readonly code: string;
  /** Directory of the runtime, with its node_modules. */
  readonly runtime: string;
  readonly packageId: string;
  /** What the chaincode is told of the organisation that it endorses for (`CORE_PEER_LOCALMSPID`). */
  readonly mspId: string;
}

/**
 * The command that runs a package locked in: `nice` → `bwrap` → `setpriv` → `prlimit` → `node`. Its own namespaces of everything,
 * no network, no capability, no environment; of files those that Node.js needs, the runtime and the code, all read-only; two
 * small file systems in memory to write to. Nothing of the host can be written, not even the socket's directory: the socket
 * lies in the sandbox's own memory, and is reached through /proc/<pid>/root.
 */
export function sandboxCommand(options: SandboxCommandOptions): string[] {
  const { programs, user, limits, code, runtime, packageId, mspId } = options;
  const inside = { node: '/runtime/node', setpriv: '/runtime/setpriv', prlimit: '/runtime/prlimit' };
  const files = [
    ...programs.libraries.map((library) => [library, library]),
    [programs.node, inside.node],
    [programs.setpriv, inside.setpriv],
    [programs.prlimit, inside.prlimit],
  ] as [string, string][];
  // Folders that bubblewrap makes for a single file are open to nobody but their owner.
  const folders = new Set(files.flatMap(([, to]) => foldersAbove(to)));
  const isolation =
    user.kind === 'own'
      ? ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try']
      : ['--unshare-all', '--uid', String(namespaceUid), '--gid', String(namespaceUid)];
  const capabilities = user.kind === 'own' ? ['SETUID', 'SETGID', 'SETPCAP'].flatMap((name) => ['--cap-add', `CAP_${name}`]) : [];
  const become =
    user.kind === 'own'
      ? [inside.setpriv, '--reuid', String(user.uid), '--regid', String(user.uid), '--clear-groups', '--inh-caps=-all', '--bounding-set=-all', '--no-new-privs', '--']
      : [inside.setpriv, '--no-new-privs', '--'];

  const set = { HOME: '/tmp', TZ: 'UTC', NODE_ENV: 'production', CORE_PEER_LOCALMSPID: mspId };
  const bounds = { nproc: limits.tasksMax, nofile: limits.openFilesMax, fsize: limits.scratchBytesMax, data: limits.dataBytesMax, core: 0, memlock: 0, msgqueue: 0, sigpending: 1_024 };
  return [
    [programs.nice, '-n', String(limits.niceness), programs.bwrap],
    isolation,
    ['--die-with-parent', '--new-session', '--hostname', 'chaincode', '--clearenv', '--cap-drop', 'ALL', ...capabilities],
    ['--seccomp', String(SECCOMP_FD), '--json-status-fd', String(STATUS_FD)],
    [...folders, '/chaincode', '/run'].flatMap((folder) => ['--perms', '0755', '--dir', folder]),
    files.flatMap(([from, to]) => ['--ro-bind', from, to]),
    ['--ro-bind', path.join(runtime, 'node_modules'), '/chaincode/node_modules', '--ro-bind', code, '/chaincode/code'],
    ['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/dev'],
    ['--size', String(limits.scratchBytesMax), '--perms', '1777', '--tmpfs', '/tmp'],
    ['--size', String(socketFolderBytes), '--perms', '0777', '--tmpfs', path.dirname(SOCKET_PATH)],
    ['--remount-ro', '/', '--chdir', '/chaincode/code'],
    Object.entries(set).flatMap(([name, value]) => ['--setenv', name, value]),
    ['--', ...become],
    [inside.prlimit, ...Object.entries(bounds).map(([name, value]) => `--${name}=${value}`), '--'],
    [inside.node, `--max-old-space-size=${limits.heapMiBMax}`, '--no-deprecation', '/chaincode/node_modules/fabric-shim/cli.js', 'server'],
    ['--chaincode-address', `unix:${SOCKET_PATH}`, '--chaincode-id', packageId],
  ].flat();
}

function foldersAbove(file: string): string[] {
  const parts = file.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}
