import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { inspectSource } from '../../../activities/hub/resolve/inspect-source.js';
import { checkSource } from '../../../client/doctor/check-source.js';
import { createPlanner, planSource } from '../../../client/plan/plan-source.js';
import { previewSource, type SourcePreview } from '../../../client/preview/preview-source.js';
import { parseRecipe } from '../../../client/recipe/recipe-file.js';
import { headNotes } from '../../../client/text/head-notes.js';
import { findingNotes } from '../../../core/convert/findings/unread-notes.js';
import type { Source } from '../../../core/recipe.js';
import { startFixture, type Fixture } from '../../support/hub.js';
import { sourceOf, workbench } from '../../support/local-sources.js';

const bench = await workbench();
const answer = { role: 'assistant', content: 'a' };

/** Rows of Dolly: an instruction, a context in some of them, a response, a category. */
const dolly = ['c', '', ' ', 'c2'].map((context, row) => ({
  instruction: `q${row}`,
  context,
  response: 'a',
  category: 'qa',
}));
/** Messages with reasoning, calls and weights, and keys that are not read. */
const agents = [
  {
    messages: [
      { role: 'system', content: '' },
      { role: 'user', content: 'q0' },
      { ...answer, thinking: 'r' },
    ],
  },
  {
    messages: [
      { role: 'user', content: 'q1' },
      { ...answer, thought: 'r' },
      { role: 'user', content: 'bye' },
    ],
  },
  {
    source: 'x',
    tools: [{ name: 'w' }],
    messages: [
      { role: 'user', content: 'q2', name: 'alice' },
      { ...answer, weight: 0 },
      { role: 'assistant', content: null, tool_calls: [{ name: 'w', arguments: {} }], at: 12 },
    ],
  },
];

async function fileOf(rows: readonly object[]): Promise<string> {
  const path = join(await bench.folder(), 'rows.jsonl');
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

async function preview(fixture: Fixture, source: Source): Promise<SourcePreview> {
  const inspection = await inspectSource(fixture.access(), { source, out: fixture.out }, fixture.work);
  return await previewSource(fixture.store, source, inspection, 5);
}

const agentNotes = [
  's: in the first 3 rows: not read, though named like part of the conversation:',
  '  messages[].thought   in 1 of 3 conversations',
  '  Read it with `fields` (`format: messages`, `fields: { reasoning: thought }`), or leave it out with `ignore: [thought]`.',
  's: in the first 3 rows: 1 blank system message left out; 1 conversation had messages behind the last answer, which are left out',
  's: in the first 3 rows: reasoning in 1, tools in 1, calls in 1, weight 0 in 1, names in 1 conversation',
  's: other names, not read and not counted: source, messages[].at',
];

void test('a preview shows on top what the first rows hold, and of each row what was not read', async (t) => {
  const fixture = await startFixture(t, {});
  const source = sourceOf('s', { files: await fileOf(agents) });
  const { head, rows } = await preview(fixture, source);
  assert.deepEqual(headNotes(head), agentNotes);
  assert.deepEqual(
    rows.map(({ facts }) => [facts?.unread, facts?.blankSystem, facts?.trailing]),
    [
      [[], 1, false],
      [['messages[].thought'], 0, true],
      [[], 0, false],
    ],
  );
});

void test('what is ignored or filtered by is in no list', async (t) => {
  const fixture = await startFixture(t, {});
  const source = sourceOf('s', {
    files: await fileOf(dolly),
    ignore: ['context'],
    filter: { category: 'qa' },
  });
  const { head } = await preview(fixture, source);
  assert.deepEqual([head.findings.unread, head.otherNames], [{}, []]);
});

/** The recipe's lines in a note: what is between backticks. */
const lines = z.object({
  format: z.enum(['messages', 'alpaca', 'prompt-response', 'sharegpt']).exactOptional(),
  fields: z.record(z.string(), z.string()).exactOptional(),
  ignore: z.array(z.string()).exactOptional(),
});
const linesIn = (note: string): readonly z.infer<typeof lines>[] =>
  [...note.matchAll(/`(\w+: [^`]+)`/g)].map((match) => lines.parse(parse(match[1] ?? '')));

const pair = { question: 'q', response: 'a' };
const chat = [{ role: 'user', content: 'q' }, answer];
const readable: readonly (readonly [string, object])[] = [
  ['context', dolly[0] ?? {}],
  ['persona', { messages: chat, persona: 'p' }],
  ['Complex_CoT', { ...pair, Complex_CoT: 'r' }],
  ['function: calls', { ...pair, 'function: calls': '[{"name":"w"}]' }],
  ['Functions', { messages: chat, Functions: '[{"name":"w"}]' }],
  ['messages[].thought', { messages: [chat[0], { ...answer, thought: 'r' }] }],
  [
    'conversations[].functionCalls',
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'gpt', value: 'a', functionCalls: [{ name: 'w' }] },
      ],
    },
  ],
];

void test('the `fields` of a note read what was not read, and its `ignore` ends the note', async (t) => {
  const fixture = await startFixture(t, {});
  for (const [name, row] of readable) {
    const source = sourceOf('s', { files: await fileOf([row]) });
    const { findings } = (await preview(fixture, source)).head;
    assert.deepEqual(findings.unread, { [name]: 1 });
    const [format, fields, ignore] = linesIn(findingNotes(findings).at(-1) ?? '');
    const read = await preview(fixture, { ...source, ...format, ...fields });
    assert.deepEqual([read.counts, read.head.findings.unread], [{ converted: 1 }, {}], name);
    const ignored = await preview(fixture, { ...source, ...ignore });
    assert.deepEqual([ignored.counts, ignored.head.findings.unread], [{ converted: 1 }, {}], name);
  }
});

async function recipeOf(t: TestContext, model: string) {
  const fixture = await startFixture(t, {});
  const path = await fileOf(agents);
  const text = `name: r\nsources: [{ name: s, files: ${path} }]\ntrain: { base_model: ${model}, learning_rate: 0.01 }\n`;
  const recipe = parseRecipe(text, 'recipe.yaml', { cwd: fixture.dir });
  const [source] = recipe.sources;
  assert.ok(source);
  const local = { store: fixture.store, env: {}, hub: fixture.access(), work: fixture.work };
  return { recipe, source, local };
}

void test('a plan shows the same notes as a preview, and what the training would refuse', async (t) => {
  const { recipe, source, local } = await recipeOf(t, 'meta-llama/Llama-3.1-8B-Instruct');
  const { head } = (await planSource(createPlanner(local, recipe, false), source)).plan;
  assert.ok(head);
  assert.deepEqual(headNotes(head), [
    ...agentNotes,
    'llama3 has no form for reasoning: 1 of the first 3 rows of s would be refused',
    '  Write `reasoning: inline`, which puts it into the words as a think block, or leave it out with `ignore`.',
    'llama3 has no form for tools, their calls and results: 1 of the first 3 rows of s would be refused',
    '  Train a model whose renderer has a form for them, or leave those rows out with `filter`.',
  ]);
  const other = await recipeOf(t, 'Qwen/Qwen3-8B');
  const planned = await planSource(createPlanner(other.local, other.recipe, false), other.source);
  assert.deepEqual(planned.plan.head?.training?.refused, {});
});

void test('doctor warns of what is not read, and of rows that the training would refuse', async (t) => {
  const { recipe, source, local } = await recipeOf(t, 'meta-llama/Llama-3.1-8B-Instruct');
  const { checks } = await checkSource(local, recipe, source);
  assert.deepEqual(
    checks.filter(({ status }) => status === 'warning').map(({ what, message }) => [what, message]),
    [
      [
        'source s',
        'not read, though named like part of the conversation: messages[].thought in 1 of 3 conversations',
      ],
      ['source s: training', 'llama3 has no form for reasoning: 1 of the first 3 rows of s would be refused'],
      [
        'source s: training',
        'llama3 has no form for tools, their calls and results: 1 of the first 3 rows of s would be refused',
      ],
    ],
  );
  assert.ok(checks.every(({ status, remedy }) => status !== 'warning' || (remedy ?? '') !== ''));
});

const Manifest = z.object({
  mix_rule: z.number(),
  sources: z.array(z.looseObject({ columns: z.record(z.string(), z.string()) })),
  composition: z.object({ sources: z.array(z.looseObject({})) }),
});

void test('the manifest has rule 2, and of each source what was not read, left out and held', async () => {
  const { out, composition, summaries } = await bench.mixFiles([await fileOf(agents)], {
    ignore: ['source'],
  });
  const manifest = Manifest.parse(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')));
  assert.equal(manifest.mix_rule, 2);
  const [row] = manifest.composition.sources;
  assert.ok(row);
  const { unread, blankSystem, trailing, holds } = row;
  const found = {
    unread: { 'messages[].thought': 1 },
    blankSystem: 1,
    trailing: 1,
    holds: { reasoning: 1, tools: 1, toolCalls: 1, weight: 1, names: 1 },
  };
  assert.deepEqual({ unread, blankSystem, trailing, holds }, found);
  assert.ok(!('columns' in row || 'ignore' in row));
  assert.deepEqual(manifest.sources[0]?.['ignore'], ['source']);
  const notes = agentNotes.slice(0, -1).map((note) => note.replace('in the first 3 rows: ', ''));
  const withIgnored = notes.map((note) => note.replace('ignore: [thought]', 'ignore: [source, thought]'));
  for (const source of [composition.sources[0], summaries[0]])
    assert.deepEqual(source && findingNotes(source), withIgnored);
});

void test('a source that is read whole has empty counts in the manifest', async () => {
  const { out } = await bench.mixFiles([await fileOf([{ messages: chat }])]);
  const { composition } = Manifest.parse(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')));
  const { unread, blankSystem, trailing } = composition.sources[0] ?? {};
  assert.deepEqual([unread, blankSystem, trailing], [{}, 0, 0]);
});
