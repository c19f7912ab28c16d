/** Steps of one segment. */
export interface StepRange {
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/**
 * The segment that begins at step `from`. It ends at the next multiple of `every`, also where an earlier one
 * was saved in the middle, so that the labels of checkpoints do not depend on pauses.
 */
export function nextSegment(from: number, every: number, totalSteps: number): StepRange {
  return { from, to: Math.min(from - (from % every) + every, totalSteps) };
}

/** The most checkpoints that a training signals to its run: the run's history keeps every signal. */
const mostReported = 400;

/** Whether the checkpoint at `step` is signalled to the run. */
export function isReported(step: number, every: number, totalSteps: number): boolean {
  const nth = Math.ceil(totalSteps / every / mostReported);
  return Math.floor(step / every) % nth === 0;
}
