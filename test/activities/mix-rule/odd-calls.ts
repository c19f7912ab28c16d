import type { Dice } from '../../support/dice.js';
import { object, Spelling, type OddJson } from './odd-json.js';
import { maybeText, shuffled, someDepths, someJunk, someObject } from './odd-values.js';

/** A call, nested or flat. */
export function oddCall(dice: Dice): OddJson {
  const given = dice.chance(0.1)
    ? dice.pick<OddJson>([null, '', '{bad', '[]', ' ', [], ['x'], 'null', '[{"a":1}]', someDepths(dice)])
    : maybeText(dice, someObject(dice), 0.5);
  const name = dice.chance(0.03) ? someJunk(dice) : dice.pick(['w', 'v', 'get weather']);
  const key = dice.chance(0.8) ? 'arguments' : 'parameters';
  const called = object({
    name,
    ...(dice.chance(0.95) ? { [key]: given } : {}),
    ...(dice.chance(0.05) ? { arguments: dice.pick<OddJson>([null, '{"x":1}']) } : {}),
  });
  const type = dice.chance(0.5)
    ? dice.pick<OddJson>(['function', 'function', 'function', null, 'tool'])
    : undefined;
  const id = dice.chance(0.5)
    ? dice.pick<OddJson>(['t1', 'call_é', null, ' ', new Spelling('7')])
    : undefined;
  if (dice.chance(0.3)) return object({ type, id, function: null, ...Object.fromEntries(called) });
  return shuffled(dice, { id, type, function: maybeText(dice, called, 0.05) });
}

export function oddCalls(dice: Dice): readonly OddJson[] {
  return Array.from({ length: dice.chance(0.05) ? 0 : 1 + dice.below(2) }, () =>
    maybeText(dice, oddCall(dice), 0.05),
  );
}
