import { bool, float64, int64, list, struct, text, type Column } from '../../../dev/corpora/parquet.js';
import type { Dice } from '../../support/dice.js';
import { compact, isList, isMap, object, Spelling, type OddJson } from './odd-json.js';

const json = (name: string): Column => [
  { name, repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'JSON' },
];

/** Values that one schema can hold. */
interface Fitted {
  readonly column: (name: string) => Column;
  /** For the writer of parquet. */
  readonly written: readonly unknown[];
  /**
   * What a reader of the file finds, as JSON: no null members, integers as digits, doubles as JSON.stringify
   * writes them.
   */
  readonly found: readonly OddJson[];
}

type Kind = 'text' | 'number' | 'bool' | 'list' | 'object' | 'null';

function kindOf(value: OddJson): Kind {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof Spelling) return 'number';
  return isList(value) ? 'list' : 'object';
}

/**
 * Bends values until they have one type, as those of a column do: that of the first one. Another value
 * becomes JSON in a text where the column is of texts, else null.
 */
export function fit(dice: Dice, values: readonly OddJson[]): Fitted {
  const kinds = new Set(values.map(kindOf).filter((kind) => kind !== 'null'));
  const [first = 'text'] = kinds;
  const kind = kinds.size > 1 && dice.chance(0.4) ? 'text' : first;
  const own = values.map((value) =>
    kindOf(value) === kind ? value : kind === 'text' && value !== null ? compact(value) : null,
  );
  switch (kind) {
    case 'text':
      return fitTexts(dice, own);
    case 'number':
      return fitNumbers(own);
    case 'list':
      return fitLists(dice, own);
    case 'object':
      return fitObjects(dice, own);
    case 'bool':
      return { column: bool, written: own, found: own };
  }
}

/** Parquet holds UTF-8 only, so half a surrogate pair is none. */
function fitTexts(dice: Dice, values: readonly OddJson[]): Fitted {
  const found = values.map((value) => (typeof value === 'string' ? Buffer.from(value).toString() : null));
  if (!found.every(holdsStructure) || dice.chance(0.5)) return { column: text, written: found, found };
  // The writer of parquet takes values of columns of JSON, and writes them with JSON.stringify.
  const written = found.map((value): unknown => (value === null ? null : JSON.parse(value)));
  return {
    column: json,
    written,
    found: written.map((value) => (value === null ? null : JSON.stringify(value))),
  };
}

function holdsStructure(value: string | null): boolean {
  if (value === null) return true;
  try {
    return typeof JSON.parse(value) === 'object' && JSON.parse(value) !== null;
  } catch {
    return false;
  }
}

function fitNumbers(values: readonly OddJson[]): Fitted {
  const numbers = values.map((value) => (value instanceof Spelling ? value.text : undefined));
  const isInteger = (spelling: string | undefined): boolean =>
    spelling === undefined ||
    (/^-?\d+$/.test(spelling) && BigInt.asIntN(64, BigInt(spelling)) === BigInt(spelling));
  const integers = numbers.every(isInteger);
  const written = numbers.map((spelling) =>
    spelling === undefined ? null : integers ? BigInt(spelling) : Number(spelling),
  );
  return {
    column: integers ? int64 : float64,
    written,
    found: written.map((value) =>
      value === null ? null : new Spelling(typeof value === 'bigint' ? String(value) : JSON.stringify(value)),
    ),
  };
}

function fitLists(dice: Dice, values: readonly OddJson[]): Fitted {
  const items = fit(
    dice,
    values.flatMap((value) => (isList(value) ? value : [])),
  );
  let at = 0;
  const cut = (value: OddJson): readonly [number, number] | undefined => {
    if (!isList(value)) return undefined;
    at += value.length;
    return [at - value.length, at];
  };
  const cuts = values.map(cut);
  return {
    column: (name) => list(name, items.column),
    written: cuts.map((range) => (range === undefined ? null : items.written.slice(...range))),
    found: cuts.map((range) => (range === undefined ? null : items.found.slice(...range))),
  };
}

function fitObjects(dice: Dice, values: readonly OddJson[]): Fitted {
  const names = new Set(values.flatMap((value) => (isMap(value) ? [...value.keys()] : [])));
  // A group has members.
  if (names.size === 0) names.add('nothing');
  const members = [...names].map((name) => ({
    name,
    ...fit(
      dice,
      values.map((value) => (isMap(value) ? (value.get(name) ?? null) : null)),
    ),
  }));
  return {
    column: (name) => struct(name, ...members.map((member) => member.column(member.name))),
    written: values.map((value, row) =>
      isMap(value) ? Object.fromEntries(members.map((member) => [member.name, member.written[row]])) : null,
    ),
    found: values.map((value, row) => {
      if (!isMap(value)) return null;
      const all = members.map((member) => [member.name, member.found[row] ?? null] as const);
      // As an object of JavaScript has them: names that are integers stand first.
      return object(Object.fromEntries(all.filter(([, member]) => member !== null)));
    }),
  };
}
