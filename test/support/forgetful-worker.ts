import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../activities/artifacts/open-store.js';
import { createActivities } from '../../activities/index.js';
import type { WiredActivities } from '../../activities/index.js';
import type { Activities } from '../../core/contracts/activities.js';

/** Activities that forget, and what they forgot. */
export interface ForgetfulActivities {
  readonly activities: Activities;
  /** Names of the activities that ran. */
  readonly ran: readonly string[];
  /** How many of them left something on the disk. */
  readonly leftSomething: () => number;
}

/**
 * All activities. Each call has a machine of its own: an empty disk, and a process that has opened its store
 * and its servers anew. The disk is removed when the call ends.
 *
 * @param env - names the store and the servers.
 * @param onWarning - called with warnings.
 */
export async function forgetfulActivities(
  env: Readonly<Record<string, string>>,
  onWarning: (message: string) => void,
): Promise<ForgetfulActivities> {
  const ran: string[] = [];
  let leftSomething = 0;
  const withDisk = async <Result>(use: (wired: WiredActivities) => Promise<Result>): Promise<Result> => {
    const disk = await mkdtemp(join(tmpdir(), 'headrace-'));
    const own: Record<string, string> = { ...env, HEADRACE_CACHE: disk };
    try {
      const store = await openStore(own['HEADRACE_STORE'] ?? '', { env: own, onWarning });
      const wired = createActivities({ store, env: own, onWarning });
      try {
        return await use(wired);
      } finally {
        await wired.close();
      }
    } finally {
      const left = await readdir(disk, { recursive: true, withFileTypes: true });
      if (left.some((entry) => entry.isFile())) leftSomething += 1;
      await rm(disk, { recursive: true, force: true });
    }
  };
  const forgetful = <Input, Output>(name: keyof Activities): ((input: Input) => Promise<Output>) => {
    return async (input) => {
      ran.push(name);
      // The table has a row for each activity, with that activity's input.
      const call = (wired: WiredActivities): Promise<Output> =>
        (wired.activities[name] as unknown as (input: Input) => Promise<Output>)(input);
      return await withDisk(call);
    };
  };
  const names = await withDisk((wired) => Promise.resolve(Object.keys(wired.activities)));
  const activities = Object.fromEntries(names.map((name) => [name, forgetful(name as keyof Activities)]));
  return { activities: activities as unknown as Activities, ran, leftSomething: () => leftSomething };
}
