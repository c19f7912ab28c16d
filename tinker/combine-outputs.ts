import { TinkerError } from './errors.js';
import type { ForwardBackwardOutput } from './wire/forward-backward.js';

/**
 * Combines the results of a batch's chunks, as the Python SDK does (`chunked_fwdbwd_helpers.py`): outputs in
 * order; a metric `name:reduction` by its reduction, left out where a chunk lacks it or the reduction is not
 * known.
 *
 * @param counts datums of each chunk.
 */
export function combineOutputs(
  results: readonly ForwardBackwardOutput[],
  counts: readonly number[],
): ForwardBackwardOutput {
  const [first] = results;
  if (first === undefined) throw new TinkerError('invalid', 'There are no results to combine');
  for (const [at, { outputs }] of results.entries())
    if (outputs.length !== counts[at])
      throw new TinkerError(
        'protocol',
        `The server returned ${outputs.length} outputs for ${counts[at]} datums`,
      );
  if (results.length === 1) return first;
  const metrics: Record<string, number> = {};
  for (const key of Object.keys(first.metrics)) {
    const values = results.map((result) => result.metrics[key]);
    const known = values.filter((value) => value !== undefined);
    if (known.length === values.length) combineMetric(metrics, key, known, counts);
  }
  return {
    lossFnOutputType: first.lossFnOutputType,
    outputs: results.flatMap((result) => result.outputs),
    metrics,
  };
}

function combineMetric(
  metrics: Record<string, number>,
  key: string,
  values: readonly number[],
  counts: readonly number[],
): void {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = values.reduce((sum, value, at) => sum + value * (counts[at] ?? 0), 0) / total;
  switch (key.slice(key.lastIndexOf(':') + 1)) {
    case 'mean':
      metrics[key] = mean;
      return;
    case 'sum':
      metrics[key] = values.reduce((sum, value) => sum + value, 0);
      return;
    case 'min':
      metrics[key] = Math.min(...values);
      return;
    case 'max':
      metrics[key] = Math.max(...values);
      return;
    case 'slack':
      metrics[key] = Math.max(...values) - mean;
      return;
    case 'unique':
      for (const [at, value] of values.entries()) metrics[at === 0 ? key : `${key}_${at}`] = value;
      return;
    default:
      // A reduction that is not known (hash2 wraps at 64 bits, which a number cannot hold) is left out.
      return;
  }
}
