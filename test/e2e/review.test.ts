import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertOutput, headrace } from '../support/command.js';
import { useServers } from '../support/servers.js';
import { atTerminal, openTerminal } from '../support/terminal.js';
import type { Terminal } from '../support/terminal.js';
import { until } from '../support/until.js';

/** One run whose source waits for a repair and whose mix waits for a review, from test to test. */

const servers = useServers({ setUp, tearDown: () => terminal.close() });
const recipeWithReview = `review: true
sources:
  - { name: chats, files: chats.jsonl }
  - { name: social, dataset: allenai/prosocial-dialog, revision: nowhere }
`;

interface Origin {
  readonly source: string;
  readonly path: string;
  readonly row: number;
}

let terminal: Terminal;
async function setUp(): Promise<void> {
  terminal = await openTerminal(servers(), 'repaired', recipeWithReview);
}

void test('a source that fails parks the run and names the command that repairs it', async () => {
  const started = await terminal.run('start', terminal.recipe, '--wait');
  assertOutput(started, 3, /RevisionNotFoundError/, /replace-source repaired social/);
  assertOutput(await terminal.run('report', 'repaired'), 0, /report\.html/);
});

void test('a line of train.jsonl cannot be traced before the mix is made', async () => {
  assertOutput(await terminal.run('trace', 'repaired', '1'), 2, /not made yet/);
});

void test('replace-source refuses a source that the recipe has not, and one without a change', async () => {
  const { run } = terminal;
  assertOutput(
    await run('replace-source', 'repaired', 'socal', '--revision', 'main'),
    2,
    /no source "socal"/,
  );
  assertOutput(await run('replace-source', 'repaired', 'social'), 2, /The source is not changed: give/);
});

void test('a replaced source is tried again, and the mix then waits for its review', async () => {
  const { run } = terminal;
  const replaced = await run('replace-source', 'repaired', 'social', '--revision', 'main');
  assertOutput(replaced, 0, /tried again as allenai\/prosocial-dialog at main/);
  assertOutput(await run('watch', 'repaired'), 3, /headrace approve repaired/);
  assertOutput(await run('review', 'repaired'), 0, /line 1 of train\.jsonl/, /user: /, /change-caps/);
});

void test('changed caps make the mix again, which waits for another review', async () => {
  const { run } = terminal;
  assertOutput(await run('change-caps', 'repaired', 'chats=lots'), 2, /"chats=lots" is not a cap/);
  assertOutput(await run('change-caps', 'repaired', 'chats=7', 'social=5'), 0, /made again/);
  await until(
    async () => /12 conversations/.test((await run('status', 'repaired')).stdout) || undefined,
    () => 'a mix of 12 conversations',
  );
  assertOutput(await run('watch', 'repaired'), 3, /12 conversations waits? for review/);
});

void test('the recipe as it was started is another one than the repaired run has', async () => {
  assertOutput(await terminal.run('start', terminal.recipe), 1, /RecipeChangedError/, /revision/);
});

void test('an approved mix ends the run', async () => {
  const { run } = terminal;
  assertOutput(await run('approve', 'repaired', '--note', 'good'), 0, /approved/);
  assertOutput(await run('watch', 'repaired'), 0, /\(12 lines/);
});

void test('trace finds the row that a line of train.jsonl was made of, and refuses a line that is not there', async () => {
  const { folder, run } = terminal;
  const lines = (await readFile(join(folder, 'runs/repaired/train.jsonl'), 'utf8')).trim().split('\n');
  const traced = async (line: number): Promise<Origin> =>
    JSON.parse((await run('trace', 'repaired', String(line), '--json')).stdout) as Origin;
  let index = 0;
  let origin = await traced(1);
  while (origin.source !== 'chats') {
    index += 1;
    origin = await traced(index + 1);
  }
  const { path, row } = origin;
  const rows = (await readFile(path, 'utf8')).split('\n');
  const { messages } = JSON.parse(rows[row - 1] ?? '') as { messages: unknown };
  assert.equal(lines[index], JSON.stringify({ messages }));
  assertOutput(await run('trace', 'repaired', String(index + 1)), 0, /chats\.jsonl, line/);
  assertOutput(await run('trace', 'repaired', '13'), 2, /has no line 13/);
});

void test('mix alone, without Temporal, writes the bytes that a run writes', async () => {
  const yaml =
    'seed: 9\nheldout: { fraction: 0.05 }\nsources:\n  - { name: chats, files: chats.jsonl, rows: 100 }\n';
  await atTerminal(servers(), 'alone', yaml, async ({ folder, env, recipe, run }) => {
    assertOutput(await run('start', recipe, '--wait'), 0);
    const there = await readFile(join(folder, 'runs/alone/train.jsonl'), 'utf8');
    assertOutput(
      await run('start', recipe, '--set', 'sources.0.rows=90', '--wait'),
      0,
      /The last run of this name had another recipe/,
      /sources\.0\.rows: 100 then, 90 now/,
    );
    const { TEMPORAL_ADDRESS: _none, ...without } = env;
    const mixed = await headrace(
      ['mix', recipe, '--set', 'out=elsewhere', '--json'],
      { ...without, HEADRACE_STORE: join(folder, 'another-store') },
      folder,
    );
    assertOutput(mixed, 0);
    assert.equal(await readFile(join(folder, 'elsewhere/train.jsonl'), 'utf8'), there);
  });
});
