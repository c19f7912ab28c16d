import {
  compactJson,
  parseSpelled,
  SpelledNumber,
  type SpelledJson,
} from '../../../core/json/spelled-json.js';
import type { Dice } from '../../support/dice.js';

/** An object whose absent members are left out. */
export type Members = Readonly<Record<string, SpelledJson | undefined>>;

export function object(members: Members): ReadonlyMap<string, SpelledJson> {
  const found = new Map<string, SpelledJson>();
  for (const [name, value] of Object.entries(members)) if (value !== undefined) found.set(name, value);
  return found;
}

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
  ...['{}', '{"c":"é"}', '{"b": 1.0, "a": 12345678901234567890, "1": "\\u00e9", "0": [1e5, {"z": -0.0}]}'],
  ...[
    '{"a":null}',
    '{"a":{"b":[]},"s":"\\ud83d\\ude00 \\/ \\u0007"}',
    '{"a":"\\ud800"}',
    '{"é":true,"a":[null,1]}',
  ],
];
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
export function someNumber(dice: Dice): SpelledNumber {
  return new SpelledNumber(dice.pick(numbers));
}
export function someObject(dice: Dice): SpelledJson {
  return parseSpelled(dice.pick(objects));
}
export function someJunk(dice: Dice): SpelledJson {
  return dice.chance(0.1) ? someNumber(dice) : parseSpelled(dice.pick(junk));
}

/** The value, or JSON of it in a text. */
export function maybeText(dice: Dice, value: SpelledJson, probability = 0.2): SpelledJson {
  return dice.chance(probability) ? spelt(dice, value) : value;
}

export function isMap(value: SpelledJson | undefined): value is ReadonlyMap<string, SpelledJson> {
  return value instanceof Map;
}
export function isList(value: SpelledJson | undefined): value is readonly SpelledJson[] {
  return Array.isArray(value);
}

/** With something odd in a place of it. */
export function mutated(dice: Dice, value: SpelledJson): SpelledJson {
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
  if (dice.chance(0.2)) return compactJson(value);
  if (dice.chance(0.1)) return [value];
  return someJunk(dice);
}

/**
 * JSON in one of its spellings: white space, escapes, members that are repeated. The last value of a repeated
 * member is that of `value`.
 */
export function spelt(dice: Dice, value: SpelledJson): string {
  const style = { isWide: dice.chance(0.25), isEscaped: dice.chance(0.2), repeats: dice.chance(0.1) };
  const space = (): string => (style.isWide ? dice.pick(['', ' ', '  ', '\t']) : '');
  const text = (plain: string): string => {
    const json = JSON.stringify(plain);
    if (!style.isEscaped) return json;
    return json
      .replaceAll('/', '\\/')
      .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  };
  const write = (member: SpelledJson): string => {
    if (isMap(member)) {
      const members = [...member].map(([name, item]) => `${text(name)}${space()}:${space()}${write(item)}`);
      const at = dice.below(members.length);
      const repeated = [...member.keys()][at];
      if (style.repeats && repeated !== undefined && dice.chance(0.3))
        members.splice(dice.below(at + 1), 0, `${text(repeated)}:${compactJson(someJunk(dice))}`);
      return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
    }
    if (isList(member)) return `[${space()}${member.map(write).join(`${space()},${space()}`)}${space()}]`;
    return typeof member === 'string' ? text(member) : compactJson(member);
  };
  return `${space()}${write(value)}${space()}`;
}
