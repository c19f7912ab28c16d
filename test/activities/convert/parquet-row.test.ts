import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { noFacts } from '../../../core/convert/findings/facts.js';
import { layoutOf } from '../../../core/convert/layout.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { createRowConverter } from '../../../core/convert/row-converter.js';
import { plainRow, rowText } from '../../../activities/convert/read/parquet-values.js';
import { TextBytes } from '../../../activities/convert/read/text-bytes.js';
import { parsedRow } from '../../../activities/convert/rows/converted-row.js';
import { createParquetRowConverter } from '../../../activities/convert/rows/parquet-row.js';
import { Dice } from '../../support/dice.js';
import { engines } from './both-ways.js';
import { chatNames, randomLine } from './random-lines.js';
import { facts, type RowFacts } from './row-facts.js';

type Row = Readonly<Record<string, unknown>>;

/** A value as it is read from parquet. */
function stored(value: unknown): unknown {
  if (typeof value === 'string') return new TextBytes(Buffer.from(value));
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (Array.isArray(value)) return value.map(stored);
  return storedRow(value as Row);
}

function storedRow(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, stored(value)]));
}

/** What both kernels make of a row; `undefined` where it is left to the parser. */
function undecoded(rules: ConversionRules, row: Row): RowFacts | string | undefined {
  const [first, second] = engines.map(({ json }) => {
    const made = createParquetRowConverter(rules, json)?.(row);
    return typeof made === 'object' ? facts(made, json.memory, json.arenaAt) : made;
  });
  assert.deepEqual(first, second);
  return first;
}

/** What the parser makes of a row: a conversation, or why there is none. */
function decoded(rules: ConversionRules, row: Row): RowFacts | string {
  const outcome = createRowConverter(rules)(plainRow(row), () => rowText(row));
  return typeof outcome === 'string' ? outcome : facts(parsedRow(outcome));
}

const seed = randomInt(2 ** 31);
void test(`a row of parquet gives what its decoded form gives, or is left to the parser (seed ${seed})`, () => {
  const dice = new Dice(seed);
  const allRules: readonly ConversionRules[] = [
    { layout: layoutOf('messages') },
    { layout: layoutOf('messages'), ignore: ['left_out', 'name', 'context'] },
    { layout: layoutOf('messages'), filter: { n: [1, 5, 'x'], id: { matches: 't' } } },
  ];
  let found = 0;
  let counted = 0;
  for (let round = 0; round < 5000; round += 1) {
    const rules = dice.pick(allRules);
    const row = storedRow(JSON.parse(randomLine(dice, chatNames)) as Row);
    const made = undecoded(rules, row);
    if (made === undefined) continue;
    found += 1;
    if (typeof made !== 'string' && made[3].unread.length > 0) counted += 1;
    assert.deepEqual(made, decoded(rules, row), rowText(row));
  }
  assert.ok(found > 1000 && counted > 30, `${found} rows were found, in ${counted} something was counted`);
});

void test('columns and members that say nothing do not need the parser, and texts are counted by their bytes', () => {
  const rules: ConversionRules = { layout: layoutOf('sharegpt') };
  const row = storedRow({
    prompt: 'q',
    context: 'c',
    system: null,
    tools: [],
    train: true,
    conversations: [
      { from: 'system', value: 's', weight: null, name: null },
      { from: 'human', value: 'q', weight: 0, name: '' },
      { from: 'gpt', value: 'a', weight: 1, tool_calls: [] },
      { from: 'human', value: 'bye', weight: 0, label: false },
    ],
  });
  const made = undecoded(rules, row);
  assert.ok(typeof made === 'object');
  assert.deepEqual(made[3], { ...noFacts, unread: ['context'], trailing: true });
  assert.deepEqual(made, decoded(rules, row));
});

void test('a text that would be counted and is not UTF-8 is left to the parser, which rejects the row', () => {
  const row = {
    ...storedRow({ messages: [{ role: 'assistant', content: 'a' }] }),
    context: new TextBytes(Buffer.from([0xff, 0x41])),
  };
  assert.equal(undecoded({ layout: layoutOf('messages') }, row), undefined);
});
