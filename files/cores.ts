import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/**
 * Processors that this process may use, at least 1: those of the machine, or as many as the CPU quota of its
 * cgroup (a container's CPU limit) makes up, rounded up. Node before 22.12 does not look at the quota.
 */
export function availableCores(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(quotaOf(readOrEmpty))));
}

/** The text of a file; empty where it cannot be read. */
export type ReadText = (path: string) => string;

/**
 * Processors that the cgroup of this process and those above it allow; infinite without a limit, and on a
 * system without cgroups.
 *
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
 */
export function quotaOf(read: ReadText): number {
  const limits = read('/proc/self/cgroup')
    .split('\n')
    .flatMap((line) => {
      const [id, controllers = '', path = ''] = line.split(':');
      if (id === '0') return foldersTo(path).map((folder) => v2Quota(read, folder));
      return controllers.split(',').includes('cpu')
        ? foldersTo(path).map((folder) => v1Quota(read, folder))
        : [];
    });
  return Math.min(Number.POSITIVE_INFINITY, ...limits);
}

/** `/a/b`, `/a`, `/`. In a container's own namespace the path is `/`. */
function foldersTo(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return Array.from({ length: names.length + 1 }, (_, dropped) =>
    join('/', ...names.slice(0, names.length - dropped)),
  );
}

/** `max 100000` or `20000 100000`: microseconds in each period. */
function v2Quota(read: ReadText, folder: string): number {
  const [quota, period] = read(join('/sys/fs/cgroup', folder, 'cpu.max')).split(/\s+/);
  return ratio(quota, period);
}

function v1Quota(read: ReadText, folder: string): number {
  const of = (name: string): string => read(join('/sys/fs/cgroup/cpu', folder, name)).trim();
  return ratio(of('cpu.cfs_quota_us'), of('cpu.cfs_period_us'));
}

function ratio(quota: string | undefined, period: string | undefined): number {
  const cores = Number(quota) / Number(period);
  return cores > 0 ? cores : Number.POSITIVE_INFINITY;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
