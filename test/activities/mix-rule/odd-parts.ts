import type { Dice } from '../../support/dice.js';
import { object, Spelling, type OddJson } from './odd-json.js';
import { maybeText, someNumber, someObject, someText, someThought } from './odd-values.js';

const textTypes = ['text', 'input_text', 'output_text'];
const mediaTypes = [
  'image',
  'image_url',
  'input_audio',
  'video',
  'file',
  'document',
  'audio_url',
  'input_file',
];

/** The content of a message: text, or parts. */
export function oddContent(dice: Dice, role: 'user' | 'assistant' | 'system' | 'tool'): OddJson {
  if (dice.chance(0.75)) return someText(dice);
  const list: OddJson[] = [];
  const text = (): OddJson =>
    dice.chance(0.15)
      ? someText(dice)
      : object({
          ...(dice.chance(0.9) ? { type: dice.pick(textTypes) } : {}),
          text: someText(dice),
          ...(dice.chance(0.05) ? { weight: someNumber(dice), train: dice.pick([true, false, null]) } : {}),
        });
  if (role === 'assistant' && dice.chance(0.3)) list.push(thought(dice));
  for (let parts = 1 + dice.below(2); parts > 0; parts -= 1) list.push(text());
  if (role === 'assistant' && dice.chance(0.2))
    list.push(object({ type: 'tool_use', id: 't1', name: 'w', input: maybeText(dice, someObject(dice)) }));
  if (role === 'assistant' && dice.chance(0.05)) list.push(dice.chance(0.5) ? thought(dice) : text());
  if ((role === 'user' || role === 'tool') && dice.chance(0.3))
    list.splice(dice.below(list.length + 1), dice.below(2), result(dice));
  if (dice.chance(0.03))
    list.push(object({ type: dice.pick([...mediaTypes, 'refusal', 'thinking']), text: 't' }));
  return list;
}

function thought(dice: Dice): OddJson {
  const said = someThought(dice);
  return dice.chance(0.7)
    ? object({ type: 'thinking', thinking: said, signature: 's' })
    : object({ type: 'reasoning', [dice.pick(['reasoning', 'text', 'other'])]: said });
}

function result(dice: Dice): OddJson {
  const content = dice.chance(0.2)
    ? dice.pick<OddJson>([null, '', [], [object({ type: 'image' })], new Spelling('1')])
    : dice.chance(0.5)
      ? someText(dice)
      : [object({ type: 'text', text: someText(dice) })];
  return object({ type: 'tool_result', tool_use_id: dice.pick(['t1', null, '']), content });
}
