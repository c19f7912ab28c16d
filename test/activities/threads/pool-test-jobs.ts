import { spawnSync } from 'node:child_process';
import type { JobContext } from '../../../activities/threads/job.js';
import { HeadraceError, type ErrorType } from '../../../core/errors.js';

/** The jobs of the pool's tests. */
export const jobs = {
  double: (value: number): Promise<number> => Promise.resolve(2 * value),
  fail: (type: ErrorType): Promise<never> =>
    Promise.reject(new HeadraceError(type, 'on purpose', { remedy: 'do otherwise' })),
  failWithCode: (code: string): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code })),
  /** Reports that it has begun, and never yields. */
  spin: (_input: undefined, context: JobContext): Promise<never> => {
    context.progress(1);
    for (;;);
  },
  /** One call into native code. It lasts until a file of that name exists, or its folder no longer does. */
  untilThereIs: (path: string, context: JobContext): Promise<void> => {
    context.progress(1);
    spawnSync('sh', ['-c', 'while [ ! -e "$0" ] && [ -d "${0%/*}" ]; do sleep 0.2; done', path]);
    return Promise.resolve();
  },
  exit: (): Promise<never> => process.exit(3),
};
export type PoolTestJobs = typeof jobs;
