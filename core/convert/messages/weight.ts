import { saysNothing } from '../conversation/blank.js';
import type { Reasons } from './reasons.js';

/**
 * The weight that an assistant's message has by all values that say something: 0 is not trained. Other
 * numbers, and values that disagree, are a `bad_weight`.
 */
export function readWeight(values: readonly unknown[], reasons: Reasons): 0 | 1 | undefined {
  let weight: 0 | 1 | undefined;
  for (const value of values) {
    if (saysNothing(value)) continue;
    const found = value === 0 || value === false ? 0 : value === 1 || value === true ? 1 : undefined;
    if (found === undefined || (weight !== undefined && weight !== found)) reasons.add('bad_weight');
    weight = found ?? weight;
  }
  return weight;
}
