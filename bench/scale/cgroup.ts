import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.js';

/** Microseconds in which a quota is counted. */
const periodUs = 100_000;

/** A control group whose processes have a part of the processors together. Linux only. */
export interface Cgroup {
  /** A program that enters the group and replaces itself by the program that its further arguments name. */
  readonly enter: readonly string[];
  /** Its processes must have ended. */
  remove(): Promise<void>;
}

/**
 * Makes a control group of so many processors: version 2 (`cpu.max`), else version 1 (`cpu.cfs_quota_us`).
 *
 * @throws {Error} where this process cannot, with what is needed.
 */
export async function makeCgroup(name: string, cores: number): Promise<Cgroup> {
  const isSecond = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const folder = join(isSecond ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu', name);
  const quota = Math.round(cores * periodUs);
  try {
    if (isSecond) await writeFile('/sys/fs/cgroup/cgroup.subtree_control', '+cpu');
    await mkdir(folder, { recursive: true });
    if (isSecond) await writeFile(join(folder, 'cpu.max'), `${quota} ${periodUs}`);
    else {
      await writeFile(join(folder, 'cpu.cfs_period_us'), String(periodUs));
      await writeFile(join(folder, 'cpu.cfs_quota_us'), String(quota));
    }
  } catch (error) {
    throw new Error(
      `No control group ${folder} can be made (${messageOf(error)}); run this as root on Linux with the cpu controller mounted, or with --cores 0 for workers without a limit`,
      { cause: error },
    );
  }
  return {
    enter: ['sh', '-c', `echo $$ > ${join(folder, 'cgroup.procs')} && exec "$0" "$@"`],
    remove: () => rmdir(folder),
  };
}
