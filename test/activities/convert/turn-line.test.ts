import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurnLineReader } from '../../../activities/convert/dialogues/turn-line.js';
import {
  dialogueRow,
  scatteredRow,
  type ScatteredRow,
} from '../../../activities/convert/dialogues/scattered-row.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { dialogueRowReader } from '../../../core/convert/dialogue.js';
import { layoutOf } from '../../../core/convert/layout.js';
import { Dice } from '../../support/dice.js';
import { engines } from './both-ways.js';

const rules: ConversionRules = {
  layout: layoutOf('prosocial', { context: 'Frage', dialogue_id: 'é' }),
  filter: { n: [1, 'x'], label: { matches: 'o' } },
};
const columns = ['n', 'label'];
const place = { slice: 3, row: 7 };

const texts = [
  '"q"',
  '"Wörter 漢 😀"',
  '"a\\nb \\"c\\""',
  '" "',
  '"\\u00a0"',
  '"\u00a0"',
  '""',
  '"\\ud83d"',
  '"\\/"',
  '"\\u0041"',
];
const ids = ['0', '1', '12', '-3', '1e2', '1.0', '1.5', '9007199254740993', '"1"', 'null', 'true', '[1]'];
const values = ['true', 'false', 'null', '1', '"x"', '"yo"', '[1,{"a":"b"}]', '{"n":2}', '1.50'];

/** The row that the parser finds. */
function parsed(line: string): ScatteredRow | undefined {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return undefined;
  }
  const found = dialogueRowReader(rules.layout, columns)(row as Readonly<Record<string, unknown>>);
  return found && scatteredRow(found, place);
}

/** The rows that are read without parsing, with each kernel; `undefined` where the parser has to. */
function unparsed(line: string): readonly (ScatteredRow | undefined)[] {
  return engines.map(({ json, block }) => {
    const bytes = block.write(`${line}\n`);
    return createTurnLineReader(rules, json)?.(block, 0, bytes - 1, place);
  });
}

function comparable(row: ScatteredRow | undefined): unknown {
  if (row === undefined) return undefined;
  const { isPlain, responseChars, context, response } = row;
  return {
    row: dialogueRow(row),
    isPlain,
    responseChars,
    json: [String(Buffer.from(context)), String(Buffer.from(response))],
  };
}

void test('for any line of a dialogue the walk gives the row of the parser, or none', () => {
  const dice = new Dice(12);
  let found = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const member = (name: string, of: readonly string[]): string[] => {
      const value = dice.chance(0.8) ? (of[dice.below(3)] ?? '') : dice.pick(dice.chance(0.8) ? of : values);
      return dice.chance(0.98) ? [`"${name}":${value}`] : [];
    };
    const members = [
      ...member('Frage', texts),
      ...member('response', texts),
      ...member('é', ids),
      ...member('response_id', ids),
      ...member('episode_done', values),
      ...(dice.chance(0.5) ? member('n', values) : []),
      ...(dice.chance(0.5) ? member('label', values) : []),
      ...(dice.chance(0.2) ? member('context', texts) : []),
      ...(dice.chance(0.05) ? member('response', texts) : []),
    ].map((text) => ({ text, at: dice.roll() }));
    const inner = members.sort((a, b) => a.at - b.at).map(({ text }) => text);
    const whole = `${dice.chance(0.1) ? ' ' : ''}{${inner.join(dice.chance(0.5) ? ',' : ' , ')}}`;
    const line = dice.chance(0.03) ? whole.slice(0, dice.below(whole.length)) : whole;
    const rows = unparsed(line);
    assert.deepEqual(comparable(rows[0]), comparable(rows[1]), line);
    if (rows[0] === undefined) continue;
    found += 1;
    assert.deepEqual(comparable(rows[0]), comparable(parsed(line)), line);
  }
  assert.ok(found > 4_000, `${found} rows without the parser`);
});

void test('a column with two meanings leaves every line to the parser', () => {
  const layout = layoutOf('prosocial', { context: 'text', response: 'text' });
  const [engine] = engines;
  assert.equal(engine && createTurnLineReader({ layout }, engine.json), undefined);
});
