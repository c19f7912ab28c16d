import type { Role } from '../core/run/roles.js';

/** Activities of each role that one worker has under way at once. */
export type Slots = Readonly<Record<Role, number>>;

/**
 * What a worker takes of each task queue. `cpu`: one for each processor, and one that reads or writes
 * meanwhile; more would keep work from other workers, and would not be done sooner. `io`: they share the
 * connections of the process. `main` and `train` wait for servers, so that they are many.
 *
 * @param cores - processors that the worker may use.
 */
export function slotsFor(cores: number): Slots {
  return { main: 64, io: 8, cpu: cores + 1, train: 32 };
}
