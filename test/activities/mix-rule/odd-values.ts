import type { Dice } from '../../support/dice.js';
import { compact, isList, isMap, object, oddJson, Spelling, type Members, type OddJson } from './odd-json.js';
import { spelt } from './odd-spelling.js';

const blanks = ['', ' ', '\u0085', '\u3000\uFEFF', '\t\r\n', '\u2003'];
const numbers = '0 1 0.0 1.0 -0 1e0 0.5 2 12345678901234567890 40.0 1E+5 -7'.split(' ');
const texts = [
  ...'q,a,r,hi there,ünï 😀, tail ,[1],{"a":1},0,日本,on,assistant,<think>'.split(','),
  'x\ny',
  'a\u2028b',
  '\u0001"\\/\u007f',
  '\u200b',
];
const halves = ['a\ud83d', '\ude00b', '\ud800'];
const thinkTexts = [
  '<think>r</think>a',
  '<think>\nr\n</think>\n\na',
  '<think>r',
  ' <think>r</think>a',
  '<think></think>a',
  '<think>other</think>\n',
  '<think>r</think>',
  '<think>\u0085r </think> <think>r</think>',
];
const thoughts = ['r', ' r\n', '\nr\n', 'other', '\r\nr', ' '];
const objects = String.raw`
{}
{"c":"é"}
{"a":null}
{"a":"\ud800"}
{"é":true,"a":[null,1]}
{"s":"\ud83d\ude00 \u0007/"}
`;
/** JSON.parse would change it: its numbers, and the order of its members. */
const precise = new Map<string, OddJson>([
  ['b', new Spelling('1.0')],
  ['a', new Spelling('12345678901234567890')],
  ['1', 'é'],
  ['0', [new Spelling('1e5'), new Map([['z', new Spelling('-0.0')]])]],
]);
/** Values that a place may have to take, whatever is looked for there. */
const junk = String.raw`
null
true
false
0
1
5
1.5
"text"
""
" "
[]
{}
[null]
[""]
[[]]
[{}]
{"name":null}
{"a":1}
[1]
["x"]
[["q"]]
[["q","a"]]
"[]"
"{}"
"null"
"7"
"\"x\""
"\"[]\""
"{bad"
"NaN"
"\ud800"
"[{\"name\":\"w\"}]"
{"name":"w"}
[{"name":"w"}]
{"function":{"name":"w"}}
{"type":"function"}
{"type":"text","text":"t"}
{"type":"text"}
{"text":"t"}
[{"type":"text","text":"t"}]
[{"type":"thinking","thinking":"r"}]
[{"type":"image"}]
{"role":"user","content":"q"}
[{"role":"assistant","content":"a"}]
"[{\"role\":\"user\",\"content\":\"x\"}]"
`;

function pickJson(dice: Dice, lines: string): OddJson {
  return oddJson(JSON.parse(dice.pick(lines.trim().split('\n'))));
}

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
export function someThought(dice: Dice): string {
  return dice.pick(thoughts);
}
export function someObject(dice: Dice): OddJson {
  return dice.chance(0.3) ? precise : pickJson(dice, objects);
}
export function someJunk(dice: Dice): OddJson {
  return dice.chance(0.1) ? someNumber(dice) : pickJson(dice, junk);
}

/** JSON that nests as deep as what is read may, or a little deeper. */
export function someDepths(dice: Dice): string {
  const levels = 497 + dice.below(5);
  return `{"a":${'['.repeat(levels)}"x"${']'.repeat(levels)}}`;
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

/** Sometimes in another order. */
export function shuffled(dice: Dice, members: Members): ReadonlyMap<string, OddJson> {
  const all = [...object(members)];
  if (dice.chance(0.4)) all.unshift(...all.splice(dice.below(all.length)));
  return new Map(all);
}
