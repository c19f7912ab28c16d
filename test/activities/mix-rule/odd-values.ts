import type { Dice } from '../../support/dice.js';
import { compact, isList, isMap, oddJson, Spelling, type OddJson } from './odd-json.js';
import { spelt } from './odd-spelling.js';

const blanks = ['', ' ', '\u0085', '\u3000\uFEFF', '\t\r\n', '\u2003'];
const numbers = [
  '0',
  '1',
  '0.0',
  '1.0',
  '-0',
  '1e0',
  '0.5',
  '2',
  '12345678901234567890',
  '40.0',
  '1E+5',
  '-7',
];
const texts = [
  ...[
    'q',
    'a',
    'r',
    'hi there',
    'ünï 😀',
    ' tail ',
    'x\ny',
    'a\u2028b',
    '\u0001"\\/\u007f',
    '[1]',
    '{"a":1}',
    '0',
  ],
  ...['\u200b', '日本', 'on', 'assistant', '<think>'],
];
const halves = ['a\ud83d', '\ude00b', '\ud800'];
const thinkTexts = [
  ...['<think>r</think>a', '<think>\nr\n</think>\n\na', '<think>r', ' <think>r</think>a', '<think></think>a'],
  ...['<think>other</think>\n', '<think>r</think>', '<think>\u0085r </think> <think>r</think>'],
];
const objects = [
  '{}',
  '{"c":"é"}',
  '{"a":null}',
  '{"a":"\\ud800"}',
  '{"é":true,"a":[null,1]}',
  '{"s":"\\ud83d\\ude00 \\u0007/"}',
];
/** JSON.parse would change it: its numbers, and the order of its members. */
const precise = new Map<string, OddJson>([
  ['b', new Spelling('1.0')],
  ['a', new Spelling('12345678901234567890')],
  ['1', 'é'],
  ['0', [new Spelling('1e5'), new Map([['z', new Spelling('-0.0')]])]],
]);
const junk = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '1',
    '5',
    '1.5',
    '"text"',
    '""',
    '" "',
    '[]',
    '{}',
    '[null]',
    '[""]',
    '[[]]',
  ],
  ...[
    '{"name":null}',
    '{"a":1}',
    '[1]',
    '["x"]',
    '[["q"]]',
    '[["q","a"]]',
    '"[]"',
    '"{}"',
    '"null"',
    '"7"',
    '"\\"x\\""',
  ],
  ...[
    '"{bad"',
    '"[{\\"name\\":\\"w\\"}]"',
    '{"name":"w"}',
    '[{"name":"w"}]',
    '{"function":{"name":"w"}}',
    '[{}]',
  ],
  ...['{"type":"text","text":"t"}', '[{"type":"text","text":"t"}]', '[{"type":"image"}]', '{"text":"t"}'],
  ...['{"type":"text"}', '[{"type":"thinking","thinking":"r"}]', '{"type":"function"}', '"NaN"', '"\\ud800"'],
  ...[
    '{"role":"user","content":"q"}',
    '[{"role":"assistant","content":"a"}]',
    '"[{\\"role\\":\\"user\\",\\"content\\":\\"x\\"}]"',
  ],
];

export function someText(dice: Dice): string {
  if (dice.chance(0.02)) return dice.pick(blanks);
  if (dice.chance(0.06)) return dice.pick(thinkTexts);
  if (dice.chance(0.01)) return dice.pick(halves);
  return dice.chance(0.5) ? `${dice.pick(texts)} ${dice.below(30)}` : dice.pick(texts);
}
export function someBlank(dice: Dice): string {
  return dice.pick(blanks);
}
export function someNumber(dice: Dice): Spelling {
  return new Spelling(dice.pick(numbers));
}
export function someObject(dice: Dice): OddJson {
  return dice.chance(0.3) ? precise : oddJson(JSON.parse(dice.pick(objects)));
}
export function someJunk(dice: Dice): OddJson {
  return dice.chance(0.1) ? someNumber(dice) : oddJson(JSON.parse(dice.pick(junk)));
}

/** The value, or JSON of it in a text. */
export function maybeText(dice: Dice, value: OddJson, probability = 0.2): OddJson {
  return dice.chance(probability) ? spelt(dice, value) : value;
}

/** With something odd in a place of it. */
export function mutated(dice: Dice, value: OddJson): OddJson {
  if (isMap(value) && value.size > 0 && dice.chance(0.85)) {
    const name = dice.pick([...value.keys()]);
    const changed = new Map(value);
    if (dice.chance(0.15)) changed.delete(name);
    else changed.set(name, mutated(dice, value.get(name) ?? null));
    return changed;
  }
  if (isList(value) && value.length > 0 && dice.chance(0.85)) {
    const at = dice.below(value.length);
    if (dice.chance(0.1)) return value.toSpliced(at, dice.below(2), someJunk(dice));
    return value.with(at, mutated(dice, value[at] ?? null));
  }
  if (dice.chance(0.2)) return compact(value);
  if (dice.chance(0.1)) return [value];
  return someJunk(dice);
}
