import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programPath } from '../../client/command-line/program-path.js';
import { startPart } from '../../dev/stack/part.js';
import type { Part } from '../../dev/stack/part.js';
import { environmentOf } from './servers.js';
import type { Servers } from './servers.js';
import type { TestS3 } from './s3.js';

/** Environment of a worker or a command that has its store in the bucket of a test. */
export function bucketEnvironment(servers: Servers, s3: Pick<TestS3, 'place' | 'env'>): Record<string, string> {
  return { ...environmentOf(servers, s3.place), ...s3.env };
}

/** A worker that has a disk of its own, as if it were a machine. */
export interface Machine {
  readonly worker: Part;
  /** Its HEADRACE_CACHE. */
  readonly cache: string;
  readonly logPath: string;
}

export interface MachineOptions {
  /** The folder of the machine: its cache and its log. */
  readonly folder: string;
  /** Folders that it must not see. Where mount namespaces are not allowed it sees them. @default none */
  readonly hidden?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a machine. One that was killed starts again on its disk. */
export async function startMachine(
  servers: Servers,
  s3: Pick<TestS3, 'place' | 'env'>,
  { folder, hidden = [], env = {} }: MachineOptions,
): Promise<Machine> {
  const cache = join(folder, 'cache');
  const logPath = join(folder, 'worker.log');
  await mkdir(cache, { recursive: true });
  const worker = await startPart({
    name: 'worker',
    program: programPath,
    args: ['worker'],
    env: { ...bucketEnvironment(servers, s3), HEADRACE_CACHE: cache, ...env },
    logPath,
    ...(hidden.length > 0 && (await canHide()) ? { under: ['unshare', '-m', 'sh', '-c', hide(hidden)] } : {}),
  });
  return { worker, cache, logPath };
}

/** Empties the folders for the process alone, then runs its arguments. */
function hide(folders: readonly string[]): string {
  const mounts = folders.map((folder) => `mount -t tmpfs none '${folder}'`);
  return ['mount --make-rprivate /', ...mounts, 'exec "$0" "$@"'].join(' && ');
}

let hides: Promise<boolean> | undefined;
/** Whether this user may hide folders from a process, with a mount namespace. */
export function canHide(): Promise<boolean> {
  hides ??= promisify(execFile)('unshare', ['-m', 'sh', '-c', 'mount --make-rprivate / && mount -t tmpfs none /mnt'])
    .then(() => true)
    .catch(() => false);
  return hides;
}
