import type { Dice } from '../../support/dice.js';
import { compact, isList, isMap, type OddJson } from './odd-json.js';

/**
 * JSON in one of its spellings: white space, escapes, members that are repeated. The last value of a repeated
 * member is that of `value`.
 */
export function spelt(dice: Dice, value: OddJson): string {
  const style = { isWide: dice.chance(0.25), isEscaped: dice.chance(0.2), repeats: dice.chance(0.1) };
  const space = (): string => (style.isWide ? dice.pick(['', ' ', '  ', '\t']) : '');
  const text = (plain: string): string => {
    const json = JSON.stringify(plain);
    if (!style.isEscaped) return json;
    return json
      .replaceAll('/', '\\/')
      .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  };
  const write = (member: OddJson): string => {
    if (isMap(member)) {
      const members = [...member].map(([name, item]) => `${text(name)}${space()}:${space()}${write(item)}`);
      const at = dice.below(members.length);
      const repeated = [...member.keys()][at];
      if (style.repeats && repeated !== undefined && dice.chance(0.3))
        members.splice(
          dice.below(at + 1),
          0,
          `${text(repeated)}:${dice.pick(['null', '"x"', '0', '[]', '{"name":"x"}'])}`,
        );
      return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
    }
    if (isList(member)) return `[${space()}${member.map(write).join(`${space()},${space()}`)}${space()}]`;
    return typeof member === 'string' ? text(member) : compact(member);
  };
  return `${space()}${write(value)}${space()}`;
}
