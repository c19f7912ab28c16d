/** Lengths of runs of the weights 0 and 1, beginning with 0: 0000011100 is [5, 3, 2]. */
export function runsOf(mask: readonly number[]): readonly number[] {
  const runs = [0];
  for (const [at, weight] of mask.entries()) {
    if (weight !== (mask[at - 1] ?? 0)) runs.push(0);
    runs.push((runs.pop() ?? 0) + 1);
  }
  return runs;
}
