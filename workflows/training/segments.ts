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

/** Segments of a training that its run hears of unasked: the run's history keeps every signal. */
const mostReported = 400;

/** Whether the run should hear of the checkpoint at `step`, where nobody waits for it. */
export function isReported(step: number, every: number, totalSteps: number): boolean {
  const nth = Math.ceil(totalSteps / every / mostReported);
  return Math.floor(step / every) % nth === 0;
}
