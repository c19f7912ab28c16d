import { saysNothing } from '../conversation/blank.js';
import type { Reasons } from './reasons.js';
import type { RowValue } from './row-value.js';

/**
 * The weight that an assistant's message has by those of its members of these names that say something: 0 is
 * not trained. Other numbers, and values that disagree, are a `bad_weight`.
 */
export function readWeight(members: RowValue, names: readonly string[], reasons: Reasons): 0 | 1 | undefined {
  let weight: 0 | 1 | undefined;
  for (const name of names) {
    const { value } = members.member(name);
    if (saysNothing(value)) continue;
    const found = value === 0 || value === false ? 0 : value === 1 || value === true ? 1 : undefined;
    if (found === undefined || (weight !== undefined && weight !== found)) reasons.add('bad_weight');
    weight = found ?? weight;
  }
  return weight;
}
