import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { z } from 'zod';
import { demoFiles } from '../../../dev/corpora/demo-files.js';

const data = join('dev', 'corpora', 'data');
const files = demoFiles();

function textOf(path: string): string {
  const content = files.get(path);
  assert.equal(typeof content, 'string', path);
  return String(content);
}

function jsonLines(path: string): unknown[] {
  return textOf(path)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

async function parquetRows(path: string): Promise<{ rows: unknown[]; rowGroups: number }> {
  const content = files.get(path);
  assert.ok(content instanceof Uint8Array);
  const file = new Uint8Array(content).buffer;
  const metadata = await parquetMetadataAsync(file);
  return { rows: await parquetReadObjects({ file }), rowGroups: metadata.row_groups.length };
}

const hubFiles = (dataset: string): string[] =>
  [...files.keys()].filter(
    (path) => path.startsWith(`hub/datasets/${dataset}/data/`) && path.endsWith('.parquet'),
  );

void test('the shipped files are what the generator writes, byte for byte, and nothing else', async () => {
  const isFolder = (name: string): boolean => [...files.keys()].some((path) => path.startsWith(`${name}/`));
  const shipped = (await readdir(data, { recursive: true })).filter((name) => !isFolder(name));
  assert.deepEqual(shipped.sort(), [...files.keys()].sort());
  let bytes = 0;
  for (const [path, content] of files) {
    const written = await readFile(join(data, path));
    assert.ok(written.equals(Buffer.from(content)), `${path} differs; run node dist/dev/corpora/main.js`);
    bytes += written.length;
  }
  assert.ok(bytes < 4_000_000, `${bytes} bytes`);
});

void test('UltraChat lines have content before role, and under one in a hundred is damaged', () => {
  const lines = textOf('local/ultrachat_200k_train_sft.jsonl').split('\n').slice(0, -1);
  const damaged = lines.filter((line) => {
    try {
      const { messages } = z
        .object({ messages: z.array(z.object({ content: z.string(), role: z.string() })).min(2) })
        .parse(JSON.parse(line));
      return !messages.every(({ content, role }) => content.trim() !== '' && /^(user|assistant)$/.test(role));
    } catch {
      return true;
    }
  });
  assert.equal(damaged.length, 5);
  assert.ok(damaged.length < lines.length / 100);
  assert.match(
    lines[0] ?? '',
    /^\{"prompt":".*","prompt_id":"[0-9a-f]{64}","messages":\[\{"content":".*","role":"user"\}/,
  );
});

void test('TOEFL files come in three shapes, overlap, and two are empty', () => {
  const toefl = [...files.keys()].filter((path) => path.startsWith('local/toefl_'));
  assert.deepEqual(
    toefl.filter((path) => textOf(path) === '').map((path) => path.replace(/.*_10_(part\d).*/, '$1')),
    ['part3', 'part5'],
  );
  const twoTurn = toefl.filter((path) => !path.includes('100part1')).flatMap(jsonLines);
  const TwoTurn = z.strictObject({
    id: z.string(),
    task: z.string(),
    messages: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string() })).length(4),
  });
  const ids = twoTurn.map((row) => TwoTurn.parse(row).id);
  assert.ok(new Set(ids).size < ids.length);
  const pilot = jsonLines('local/toefl_synth_followups_100part1_20260211_2301.jsonl');
  assert.equal(pilot.length, 54);
  for (const row of pilot) z.strictObject({ prompt: z.string(), response: z.string() }).parse(row);
  for (const row of jsonLines('local/scaffolding_1000.jsonl'))
    z.strictObject({ instruction: z.string(), input: z.string(), output: z.string() }).parse(row);
});

void test("the helper's file has reasoning, tools with calls and results, and answers of weight 0", () => {
  const Function = z.strictObject({ name: z.string(), arguments: z.string() });
  const Call = z.strictObject({ id: z.string(), type: z.literal('function'), function: Function });
  const Message = z.strictObject({
    role: z.enum(['user', 'assistant', 'tool']),
    content: z.string().nullable(),
    reasoning_content: z.string().optional(),
    tool_calls: z.array(Call).length(1).optional(),
    tool_call_id: z.string().optional(),
    weight: z.literal([0, 1]).optional(),
  });
  const Row = z.strictObject({ messages: z.array(Message), tools: z.array(z.looseObject({})).optional() });
  const rows = jsonLines('local/helper_tools_reasoning.jsonl').map((row) => Row.parse(row));
  const having = (holds: (message: z.infer<typeof Message>) => boolean): number =>
    rows.filter(({ messages }) => messages.some(holds)).length;
  assert.equal(rows.length, 240);
  assert.ok(having((message) => message.reasoning_content !== undefined) > 100);
  assert.ok(having((message) => message.weight === 0) > 20);
  const called = rows.flatMap(({ messages }) => messages.flatMap((each) => each.tool_calls ?? []));
  const answered = rows.flatMap(({ messages }) => messages.flatMap((each) => each.tool_call_id ?? []));
  assert.ok(called.length > 40);
  assert.deepEqual(
    answered,
    called.map(({ id }) => id),
  );
  assert.equal(rows.filter(({ tools }) => tools !== undefined).length, called.length);
});

void test('prosocial rows have the columns of the original and lie apart from their dialogue', () => {
  const Row = z.strictObject({
    context: z.string(),
    response: z.string(),
    rots: z.array(z.string()).nullable(),
    safety_label: z.string().regex(/^__[a-z_]+__$/),
    safety_annotations: z.array(z.string()),
    safety_annotation_reasons: z.array(z.string()),
    source: z.string(),
    etc: z.string().nullable(),
    dialogue_id: z.int(),
    response_id: z.int(),
    episode_done: z.boolean(),
  });
  for (const split of ['train', 'valid', 'test']) {
    const rows = jsonLines(`hub/datasets/allenai/prosocial-dialog/${split}.json`).map((row) =>
      Row.parse(row),
    );
    const together = rows.filter((row, index) => rows[index + 1]?.dialogue_id === row.dialogue_id).length;
    assert.ok(together < rows.length / 10, split);
  }
});

void test('LMSYS files keep the nesting of the original, with flagged, redacted and foreign rows', async () => {
  const flags = z.record(z.string(), z.boolean());
  const Row = z.strictObject({
    conversation_id: z.string().length(32),
    model: z.string(),
    conversation: z.array(z.strictObject({ content: z.string(), role: z.enum(['user', 'assistant']) })),
    turn: z.bigint(),
    language: z.string(),
    openai_moderation: z.array(
      z.strictObject({
        categories: flags,
        category_scores: z.record(z.string(), z.number()),
        flagged: z.boolean(),
      }),
    ),
    redacted: z.boolean(),
  });
  const all: z.infer<typeof Row>[] = [];
  for (const path of hubFiles('lmsys/lmsys-chat-1m')) {
    const { rows, rowGroups } = await parquetRows(path);
    assert.ok(rowGroups >= 2);
    all.push(...rows.map((each) => Row.parse(each)));
  }
  assert.equal(all.length, 720);
  for (const row of all) {
    assert.equal(row.conversation.length, row.openai_moderation.length);
    assert.equal(Number(row.turn) * 2, row.conversation.length);
    assert.equal(
      row.redacted,
      row.conversation.some(({ content }) => content.includes('NAME_')),
    );
  }
  const usable = all.filter(
    (row) =>
      row.language === 'English' && !row.redacted && row.openai_moderation.every(({ flagged }) => !flagged),
  );
  assert.ok(usable.length > 400 && usable.length < 650, String(usable.length));
  assert.equal(textOf('hub/datasets/lmsys/lmsys-chat-1m.hub.json').includes('"gated": "manual"'), true);
});

void test('Magpie conversations equal instruction and response, and the answer goes step by step', async () => {
  const Row = z.looseObject({
    instruction: z.string(),
    response: z.string().regex(/^## Step 1/),
    conversations: z.tuple([
      z.strictObject({ from: z.literal('human'), value: z.string() }),
      z.strictObject({ from: z.literal('gpt'), value: z.string() }),
    ]),
    instruct_reward: z.number(),
    input_quality: z.string(),
    difficulty: z.string(),
    task_category: z.string(),
    language: z.literal('EN'),
  });
  let count = 0;
  for (const path of hubFiles('Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered')) {
    const { rows, rowGroups } = await parquetRows(path);
    assert.ok(rowGroups >= 2);
    for (const row of rows.map((each) => Row.parse(each))) {
      assert.equal(row.conversations[0].value, row.instruction);
      assert.equal(row.conversations[1].value, row.response);
      count += 1;
    }
  }
  assert.equal(count, 440);
});
