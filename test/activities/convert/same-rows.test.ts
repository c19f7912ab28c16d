import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  bool,
  float64,
  int64,
  list,
  parquetFile,
  struct,
  text,
  type Column,
} from '../../../dev/corpora/parquet.js';
import type { Source } from '../../../core/recipe.js';
import { workbench } from '../../support/local-sources.js';

const { mixFiles, folder } = await workbench();

interface Case {
  readonly claim: string;
  readonly source: Partial<Source>;
  /** Values of columns; integers of parquet are bigint. */
  readonly rows: readonly object[];
  readonly columns: readonly Column[];
  readonly lines: readonly string[];
  readonly counts: Readonly<Record<string, unknown>>;
}

/** A column of the logical type JSON. */
const json = (name: string): Column => [
  { name, repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'JSON' },
];
const call = (name: string): Column =>
  struct(
    name,
    text('id'),
    text('type'),
    struct('function', text('name'), struct('arguments', text('city'), int64('place'), float64('radius'))),
  );
const message = (name: string): Column =>
  struct(
    name,
    ...['role', 'content', 'reasoning_content', 'name', 'tool_call_id'].map(text),
    list('tool_calls', call),
    float64('weight'),
  );
const parameters = struct('parameters', text('type'), list('required', text), bool('strict'), int64('limit'));
const tool = (name: string): Column =>
  struct(name, text('type'), struct('function', text('name'), text('description'), parameters));

const agents: Case = {
  claim: 'reasoning, calls, results, names, weights and tools',
  source: { format: 'messages' },
  rows: [
    {
      id: 1n,
      messages: [
        { role: 'system', content: '' },
        { role: 'user', content: 'q', name: 'alice' },
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'r',
          tool_calls: [
            {
              id: 't1',
              type: 'function',
              function: {
                name: 'w',
                arguments: { city: 'Zürich', place: 1234567890123456789n, radius: 0.5 },
              },
            },
          ],
        },
        { role: 'tool', content: 'sunny', tool_call_id: 't1' },
        { role: 'assistant', content: 'ok', weight: 0 },
        { role: 'assistant', content: 'good', weight: 1 },
        { role: 'user', content: 'bye' },
      ],
      tools: [
        {
          type: 'function',
          function: {
            name: 'w',
            parameters: { type: 'object', required: ['city'], strict: true, limit: 9007199254740993n },
          },
        },
      ],
      context: 'c',
      source: 'x',
    },
    {
      id: 2n,
      messages: [
        { role: 'user', content: 'p' },
        { role: 'assistant', content: 'a' },
      ],
      tools: [],
      context: 'p',
    },
  ],
  columns: [int64('id'), list('messages', message), list('tools', tool), text('context'), text('source')],
  lines: [
    '{"messages":[{"role":"user","content":"q","name":"alice"},{"role":"assistant","content":"","reasoning_content":"r","tool_calls":[{"id":"t1","type":"function","function":{"name":"w","arguments":"{\\"city\\":\\"Zürich\\",\\"place\\":1234567890123456789,\\"radius\\":0.5}"}}]},{"role":"tool","content":"sunny","tool_call_id":"t1"},{"role":"assistant","content":"ok","weight":0},{"role":"assistant","content":"good"}],"tools":[{"type":"function","function":{"name":"w","parameters":{"type":"object","required":["city"],"strict":true,"limit":9007199254740993}}}]}',
    '{"messages":[{"role":"user","content":"p"},{"role":"assistant","content":"a"}]}',
  ],
  counts: {
    unread: { context: 1 },
    blankSystem: 1,
    trailing: 1,
    holds: { reasoning: 1, tools: 1, toolCalls: 1, weight: 1, names: 1 },
  },
};

const textLists = {
  messages:
    '[{"role":"user","content":"q"},{"role":"assistant","content":"a","tool_calls":[{"function":{"name":"w","arguments":{"n": 1.0, "id": 12345678901234567890}}}]}]',
  tools: '[{"name": "w", "parameters": {"2": 1e5, "1": null}}]',
};
const textLine =
  '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","tool_calls":[{"type":"function","function":{"name":"w","arguments":"{\\"n\\":1.0,\\"id\\":12345678901234567890}"}}]}],"tools":[{"type":"function","function":{"name":"w","parameters":{"2":1e5,"1":null}}}]}';
const texts: Case = {
  claim: 'JSON in texts',
  source: { format: 'messages' },
  rows: [textLists],
  columns: [text('messages'), text('tools')],
  lines: [textLine],
  counts: { unread: {}, holds: { reasoning: 0, tools: 1, toolCalls: 1, weight: 0, names: 0 } },
};

const columnsOfPairs: Case = {
  claim: 'columns of system, history, reasoning and what is not read',
  source: { format: 'alpaca', fields: { reasoning: 'Complex_CoT' } },
  rows: [
    {
      instruction: 'q',
      input: '',
      output: 'a',
      system: 'S',
      history: [['q1', 'a1']],
      Complex_CoT: 'r',
      label: false,
      documents: ['d'],
    },
    { instruction: 'q2', output: 'a2', history: [], label: true },
  ],
  columns: [
    ...['instruction', 'input', 'output', 'system', 'Complex_CoT'].map(text),
    list('history', (name) => list(name, text)),
    bool('label'),
    list('documents', text),
  ],
  lines: [
    '{"messages":[{"role":"system","content":"S"},{"role":"user","content":"q1"},{"role":"assistant","content":"a1"},{"role":"user","content":"q"},{"role":"assistant","content":"a","reasoning_content":"r"}]}',
    '{"messages":[{"role":"user","content":"q2"},{"role":"assistant","content":"a2"}]}',
  ],
  counts: {
    unread: { label: 1, documents: 1 },
    holds: { reasoning: 1, tools: 0, toolCalls: 0, weight: 0, names: 0 },
  },
};

/** JSON in which a bigint is its digits. */
function jsonOf(row: object): string {
  const marked = (_key: string, value: unknown): unknown =>
    typeof value === 'bigint' ? `<int>${value}` : value;
  return JSON.stringify(row, marked).replaceAll(/"<int>(\d+)"/g, '$1');
}

for (const { claim, source, rows, columns, lines, counts } of [agents, texts, columnsOfPairs])
  void test(`the same rows as JSON Lines, JSON and parquet give the same lines and counts: ${claim}`, async () => {
    const dir = await folder();
    const files = {
      'a.jsonl': rows.map((row) => `${jsonOf(row)}\n`).join(''),
      'a.json': `[${rows.map(jsonOf).join(',\n')}]`,
      'a.parquet': parquetFile(rows, columns, 1),
    };
    for (const [name, bytes] of Object.entries(files)) {
      await writeFile(join(dir, name), bytes);
      const mixed = await mixFiles([join(dir, name)], source);
      assert.deepEqual([...mixed.lines].sort(), [...lines].sort(), name);
      const [summary] = mixed.summaries;
      assert.ok(summary !== undefined);
      const { unread, blankSystem, trailing, holds } = summary;
      assert.deepEqual(
        { unread, blankSystem, trailing, holds },
        { blankSystem: 0, trailing: 0, ...counts },
        name,
      );
    }
  });

void test('a column of JSON is read as the text that it is', async () => {
  const dir = await folder();
  const path = join(dir, 'a.parquet');
  const row = { messages: JSON.parse(textLists.messages) as unknown, tools: [{ name: 'w' }] };
  await writeFile(path, parquetFile([row], [json('messages'), json('tools')], 1));
  const { lines } = await mixFiles([path], { format: 'messages' });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /"tools":\[\{"type":"function","function":\{"name":"w"\}\}\]\}$/);
});

/** Bytes that the schema does not call text. */
const binary = (name: string): Column => [{ name, repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' }];

void test('bytes of images are counted, and reject no row', async () => {
  const dir = await folder();
  const path = join(dir, 'a.parquet');
  const rows = [new Uint8Array([0x89, 0x50, 0xff]), null].map((bytes, index) => ({
    messages: [{ role: 'assistant', content: `a${index}` }],
    image: bytes && { bytes, path: 'x.png' },
  }));
  const columns = [list('messages', message), struct('image', binary('bytes'), text('path'))];
  await writeFile(path, parquetFile(rows, columns, 2));
  const { lines, summaries } = await mixFiles([path], { format: 'messages' });
  assert.equal(lines.length, 2);
  assert.deepEqual(summaries[0]?.unread, { image: 1 });
});

void test('bytes that the schema does not call text are text where they are UTF-8', async () => {
  const dir = await folder();
  const path = join(dir, 'a.parquet');
  const row = { messages: [{ role: Buffer.from('assistant'), content: Buffer.from('é') }] };
  const columns = [list('messages', (name) => struct(name, binary('role'), binary('content')))];
  await writeFile(path, parquetFile([row], columns, 1));
  const { lines } = await mixFiles([path]);
  assert.deepEqual(lines, ['{"messages":[{"role":"assistant","content":"é"}]}']);
});

void test('the keys of a map are members', async () => {
  const dir = await folder();
  const path = join(dir, 'a.parquet');
  const map: Column = [
    { name: 'parameters', repetition_type: 'OPTIONAL', converted_type: 'MAP', num_children: 1 },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    { name: 'key', repetition_type: 'REQUIRED', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
    ...text('value'),
  ];
  const row = {
    messages: [{ role: 'assistant', content: 'a' }],
    tools: [{ name: 'w', parameters: { city: 'text' } }],
  };
  const columns = [list('messages', message), list('tools', (name) => struct(name, text('name'), map))];
  await writeFile(path, parquetFile([row], columns, 1));
  const { lines } = await mixFiles([path]);
  assert.deepEqual(lines, [
    '{"messages":[{"role":"assistant","content":"a"}],"tools":[{"type":"function","function":{"name":"w","parameters":{"city":"text"}}}]}',
  ]);
});

void test('columns and members that are not needed are not read from parquet', async () => {
  const dir = await folder();
  const path = join(dir, 'a.parquet');
  const scored = (name: string): Column => struct(name, text('role'), text('content'), text('scores'));
  const bytes = Buffer.from(
    parquetFile(
      [{ messages: [{ role: 'assistant', content: 'a', scores: 'first' }], comment: 'second' }],
      [list('messages', scored), text('comment')],
      1,
    ),
  );
  // A text that is not UTF-8 rejects the row that it is read for.
  for (const word of ['first', 'second'])
    for (let at = bytes.indexOf(word); at !== -1; at = bytes.indexOf(word, at)) bytes[at] = 0xff;
  await writeFile(path, bytes);
  const { lines } = await mixFiles([path], { format: 'messages' });
  assert.deepEqual(lines, ['{"messages":[{"role":"assistant","content":"a"}]}']);
});
