import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noFacts } from '../../../core/convert/findings/facts.js';
import { layoutOf } from '../../../core/convert/layout.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { createRowConverter } from '../../../core/convert/row-converter.js';
import { neededColumns, type ColumnChoice } from '../../../activities/convert/read/parquet-columns.js';
import type { ParquetRows } from '../../../activities/convert/read/parquet-rows.js';
import { readRows } from '../../../activities/convert/read/rows.js';
import { withKind } from '../../../activities/convert/read/with-kind.js';
import { parsedRow } from '../../../activities/convert/rows/converted-row.js';
import { createParquetRowConverter } from '../../../activities/convert/rows/parquet-row.js';
import { bool, float64, list, parquetFile, struct, text, type Column } from '../../../dev/corpora/parquet.js';
import { writeOdd } from '../mix-rule/odd-files.js';
import { isMap, oddJson } from '../mix-rule/odd-json.js';
import { Dice } from '../../support/dice.js';
import { temporaryFolder } from '../../support/folder.js';
import { engines } from './both-ways.js';
import { chatNames, randomLine } from './random-lines.js';
import { facts, type RowFacts } from './row-facts.js';

const golden = fileURLToPath(new URL('../../../../test/golden/formats/files/', import.meta.url));
const folder = await temporaryFolder();
const path = join(folder, 'a.parquet');

/** What became of a row; of one that was decoded, its text too. */
interface Outcome {
  readonly made: RowFacts | string;
  readonly text?: string;
}

/** What both kernels make of a row without decoding it; `undefined` where it is left to the parser. */
function undecoded(
  rules: ConversionRules,
): (rows: ParquetRows, index: number) => Outcome['made'] | undefined {
  const converters = engines.map(({ json }) => ({ json, convert: createParquetRowConverter(rules, json) }));
  return (rows, index) => {
    const [first, second] = converters.map(({ json, convert }) => {
      const made = convert?.(rows, index);
      return typeof made === 'object' ? facts(made, json.memory, json.arenaAt) : made;
    });
    assert.deepEqual(first, second);
    return first;
  };
}

/** Reads the file at `path`; rows that are not taken undecoded, by the parser. */
async function outcomes(
  rules: ConversionRules,
  choice: ColumnChoice,
  take: (rows: ParquetRows, index: number) => Outcome['made'] | undefined,
): Promise<Outcome[]> {
  const convert = createRowConverter(rules);
  const file = await withKind({ path, name: 'a.parquet', sizeBytes: (await stat(path)).size });
  const found: Outcome[] = [];
  await readRows(
    { files: [file], slices: [{ kind: 'whole', file: 0 }], choice, scratch: folder },
    {
      onParquetRow: (rows, index) => {
        const made = take(rows, index);
        if (made !== undefined) found.push({ made });
        return made !== undefined;
      },
      onRow: (row, _, rowText) => {
        const outcome = convert(row, rowText.json);
        const made = typeof outcome === 'string' ? outcome : facts(parsedRow(outcome));
        found.push({ made, text: rowText.original() });
      },
      onBad: (made, _, rowText) => found.push({ made, text: rowText() }),
    },
  );
  return found;
}

/** The rows by tables and bytes, and the same rows as objects of hyparquet through the parser. */
async function bothWays(
  rules: ConversionRules,
): Promise<readonly (readonly [Outcome, Outcome | undefined])[]> {
  const choice = neededColumns(rules);
  const asObjects = await outcomes(rules, { ...choice, messages: undefined }, () => undefined);
  const asTables = await outcomes(rules, choice, undecoded(rules));
  assert.equal(asTables.length, asObjects.length);
  return asTables.map((table, row) => [table, asObjects[row]]);
}

function assertSame([table, object]: readonly [Outcome, Outcome | undefined]): void {
  assert.deepEqual(table.made, object?.made, object?.text);
  if (table.text !== undefined) assert.equal(table.text, object?.text);
}

const seed = randomInt(2 ** 31);
void test(`a row of parquet gives what its decoded form gives, or is left to the parser (seed ${seed})`, async () => {
  const dice = new Dice(seed);
  const allRules: readonly ConversionRules[] = [
    { layout: layoutOf('messages') },
    { layout: layoutOf('messages'), ignore: ['left_out', 'name', 'context'] },
    { layout: layoutOf('messages'), filter: { n: [1, 5, 'x'], id: { matches: 't' } } },
    { layout: layoutOf('messages'), ignore: chatNames.members.filter((name) => name !== 'weight') },
  ];
  let [taken, counted, left] = [0, 0, 0];
  for (let round = 0; round < 200; round += 1) {
    const lines = Array.from({ length: 1 + dice.below(20) }, () =>
      oddJson(JSON.parse(randomLine(dice, chatNames))),
    );
    await writeOdd(dice, path, 'parquet', lines.filter(isMap));
    for (const outcome of await bothWays(dice.pick(allRules))) {
      assertSame(outcome);
      const [{ made, text: decoded }] = outcome;
      if (decoded === undefined) taken += 1;
      else left += 1;
      if (decoded === undefined && typeof made !== 'string' && made[3].unread.length > 0) counted += 1;
    }
  }
  assert.ok(taken > 100 && counted > 5 && left > 100, `taken ${taken}, counted ${counted}, left ${left}`);
});

const message = (...members: readonly Column[]) =>
  list('conversations', (name) => struct(name, text('from'), text('value'), ...members));

void test('columns and members that say nothing do not need the parser, and texts are counted by their bytes', async () => {
  const row = {
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
  };
  const columns = [
    ...['prompt', 'context', 'system'].map(text),
    list('tools', text),
    bool('train'),
    message(float64('weight'), text('name'), list('tool_calls', text), bool('label')),
  ];
  await writeFile(path, parquetFile([row], columns, 1));
  const [both] = await bothWays({ layout: layoutOf('sharegpt') });
  assert.ok(both !== undefined && both[0].text === undefined && typeof both[0].made === 'object');
  assertSame(both);
  assert.deepEqual(both[0].made[3], { ...noFacts, unread: ['context'], trailing: true });
});

void test('a text that would be counted and is not UTF-8 is left to the parser, which rejects the row', async () => {
  const row = { context: 'not this', conversations: [{ from: 'gpt', value: 'a' }] };
  const bytes = Buffer.from(parquetFile([row], [text('context'), message()], 1));
  for (let at = bytes.indexOf('not this'); at !== -1; at = bytes.indexOf('not this', at)) bytes[at] = 0xff;
  await writeFile(path, bytes);
  const [both] = await bothWays({ layout: layoutOf('sharegpt') });
  assert.deepEqual(both?.[0], {
    made: 'bad_utf8',
    text: '{"context":"\uFFFD","conversations":[{"from":"gpt","value":"a"}]}',
  });
});

/** As {@link text}, in a column that has no nulls. */
const required = (name: string): Column =>
  text(name).map((leaf) => ({ ...leaf, repetition_type: 'REQUIRED' }));

void test('columns that cannot be null have fewer levels', async () => {
  const rows = [
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'gpt', value: 'a' },
      ],
    },
    { conversations: [] },
    { conversations: [{ from: 'gpt', value: 'b' }] },
  ];
  const shapes: readonly Column[] = [
    list('conversations', (name) => struct(name, required('from'), text('value'))),
    list('conversations', (name) => struct(name, text('from'), required('value'))),
    list('conversations', (name) => notNull(struct(name, required('from'), required('value')))),
    notNull(list('conversations', (name) => notNull(struct(name, required('from'), required('value'))))),
  ];
  for (const shape of shapes) {
    await writeFile(path, parquetFile(rows, [shape], 2));
    const both = await bothWays({ layout: layoutOf('sharegpt') });
    for (const outcome of both) assertSame(outcome);
    assert.deepEqual(
      both.map(([{ text: decoded }]) => decoded),
      [undefined, '{"conversations":[]}', undefined],
    );
  }
});

function notNull([first, ...below]: Column): Column {
  return first === undefined ? [] : [{ ...first, repetition_type: 'REQUIRED' }, ...below];
}

void test('a text that does not end in its page is an error, which names the file', async () => {
  const bytes = await readFile(join(golden, 'codec-none.parquet'));
  const at = bytes.indexOf('Yeast makes gas');
  assert.ok(at > 0);
  bytes.writeUInt32LE(0x7fff_ffff, at - 4);
  await writeFile(path, bytes);
  const rules = { layout: layoutOf('messages') };
  await assert.rejects(outcomes(rules, neededColumns(rules), undecoded(rules)), {
    type: 'FormatError',
    message: 'a.parquet cannot be read as parquet: a text does not end in its page',
  });
});
