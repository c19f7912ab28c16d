import { z } from 'zod';

const Operation = z.object({ method: z.string(), startMs: z.number(), endMs: z.number() });
type Operation = z.infer<typeof Operation>;

const Simulation = z.object({
  latencyMs: z.number(),
  operations: z.array(Operation),
});

/** How a server spent the time of a training, in milliseconds. */
export interface ServerTime {
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
}

/**
 * Reads the log of a simulated server.
 *
 * @throws {Error} where the server is not simulated, or nothing was trained.
 */
export async function serverTime(serverUrl: string): Promise<ServerTime> {
  const answer = await fetch(`${serverUrl}/dev/simulation`);
  const { operations } = Simulation.parse(await answer.json());
  const training = operations.slice(operations.findIndex(({ method }) => method === 'forwardBackward'));
  const [first, last] = [training[0], training.at(-1)];
  if (first === undefined || last === undefined) throw new Error('Nothing was trained');
  const wallMs = last.endMs - first.startMs;
  const inner = boundariesOf(training);
  return {
    steps: training.filter(({ method }) => method === 'optimStep').length,
    wallMs,
    idleMs: wallMs - training.reduce((sum, operation) => sum + durationOf(operation), 0),
    idleInStepsMs: idleInSteps(training),
    boundaryMs: mean(inner.map(({ startMs, endMs }) => endMs - startMs)),
    boundaryIdleMs: mean(inner.map(({ startMs, endMs, busyMs }) => endMs - startMs - busyMs)),
  };
}

interface Boundary {
  /** End of the last step. */
  readonly startMs: number;
  /** Start of the next step. */
  readonly endMs: number;
  readonly busyMs: number;
}

/** The saves inside the training, each group from the step before it to the step after it. */
function boundariesOf(training: readonly Operation[]): Boundary[] {
  const boundaries: Boundary[] = [];
  let saves: Operation[] = [];
  let stepEndMs = 0;
  for (const operation of training) {
    if (!isStep(operation)) {
      saves.push(operation);
      continue;
    }
    if (saves.length > 0)
      boundaries.push({
        startMs: stepEndMs,
        endMs: operation.startMs,
        busyMs: saves.reduce((sum, save) => sum + durationOf(save), 0),
      });
    saves = [];
    stepEndMs = operation.endMs;
  }
  return boundaries;
}

function idleInSteps(training: readonly Operation[]): number {
  return training.reduce((sum, operation, index) => {
    const before = training[index - 1];
    const isInSteps = before !== undefined && isStep(before) && isStep(operation);
    return isInSteps ? sum + operation.startMs - before.endMs : sum;
  }, 0);
}

function isStep({ method }: Operation): boolean {
  return method === 'forwardBackward' || method === 'optimStep';
}

function durationOf({ startMs, endMs }: Operation): number {
  return endMs - startMs;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
