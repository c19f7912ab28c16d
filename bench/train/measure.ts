import { z } from 'zod';

const Simulation = z.object({
  latencyMs: z.number(),
  operations: z.array(z.object({ method: z.string(), startMs: z.number(), endMs: z.number() })),
});

/** What a training cost its server, seen from the server. Times in milliseconds. */
export interface Measured {
  readonly steps: number;
  /** From the first forward pass to the last save. */
  readonly wallMs: number;
  /** Of it, the server had nothing to do. */
  readonly idleMs: number;
  /** The part of `idleMs` between two operations that are not on either side of a save. */
  readonly idleInStepsMs: number;
  /**
   * Mean time from the end of the last step before a save inside the training to the start of the next step.
   */
  readonly boundaryMs: number;
  /** Of it, the server had nothing to do. */
  readonly boundaryIdleMs: number;
  readonly boundaries: number;
}

/** Reads the log of a simulated server. @throws {Error} where it is none. */
export async function measure(serverUrl: string): Promise<Measured> {
  const answer = await fetch(`${serverUrl}/dev/simulation`);
  const { operations } = Simulation.parse(await answer.json());
  const first = operations.findIndex(({ method }) => method === 'forwardBackward');
  const training = operations.slice(first);
  const [begin, end] = [training[0], training.at(-1)];
  if (begin === undefined || end === undefined) throw new Error('Nothing was trained');
  const wallMs = end.endMs - begin.startMs;
  const busyMs = training.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const boundaries: { readonly wall: number; readonly idle: number }[] = [];
  let idleInStepsMs = 0;
  let open: { readonly startMs: number; busy: number } | undefined;
  for (const [index, operation] of training.entries()) {
    const before = training[index - 1];
    if (operation.method === 'forwardBackward' && open !== undefined) {
      const wall = operation.startMs - open.startMs;
      boundaries.push({ wall, idle: wall - open.busy });
      open = undefined;
    } else if (operation.method === 'forwardBackward' || operation.method === 'optimStep') {
      if (before !== undefined) idleInStepsMs += operation.startMs - before.endMs;
    } else {
      open ??= { startMs: before?.endMs ?? operation.startMs, busy: 0 };
      open.busy += operation.endMs - operation.startMs;
    }
  }
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return {
    steps: training.filter(({ method }) => method === 'optimStep').length,
    wallMs,
    idleMs: wallMs - busyMs,
    idleInStepsMs,
    boundaryMs: mean(boundaries.map(({ wall }) => wall)),
    boundaryIdleMs: mean(boundaries.map(({ idle }) => idle)),
    boundaries: boundaries.length,
  };
}
