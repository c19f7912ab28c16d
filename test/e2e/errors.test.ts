import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../dev/programs/free-port.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { headrace, assertOutput } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { openTerminal } from '../support/terminal.js';
import type { Terminal } from '../support/terminal.js';
import { writeRecipe } from '../support/recipes.js';
import type { CommandResult } from '../support/command.js';

/** Each mistake ends in one clear message and an exit code that is not 0. */

const servers = useServers();

interface Case {
  readonly yaml?: string;
  readonly source?: string;
  readonly train?: string;
  /** Environment of the worker, over the good one. An empty text unsets. */
  readonly workerEnv?: Record<string, string>;
  readonly worker?: boolean;
}

async function startWith(wrong: Case): Promise<CommandResult> {
  const name = `e-${randomUUID().slice(0, 8)}`;
  const folder = join(servers().folder, name);
  const store = join(folder, 'store');
  await writeConversations(join(folder, 'good.jsonl'), 50, 1);
  const source = wrong.source ?? 'files: good.jsonl';
  const recipe = await writeRecipe(
    folder,
    wrong.yaml ?? `name: ${name}\nsources:\n  - { name: s, ${source} }\n${wrong.train ?? ''}\n`,
  );
  const worker = wrong.worker === false ? undefined : await startWorker(servers(), store, wrong.workerEnv);
  try {
    return await headrace(['start', recipe, '--wait'], environmentOf(servers(), store), folder);
  } finally {
    await worker?.close();
  }
}

void test('an unknown key of a recipe is refused with its line and the nearest key', async () => {
  const result = await startWith({ source: 'file: good.jsonl', worker: false });
  assertOutput(result, 2, /recipe\.yaml:3: unknown key "sources\.0\.file"; did you mean "files"\?/);
});

void test('a label that is a path is refused with the characters that a label may have', async () => {
  const result = await startWith({
    train: 'train: { base_model: headrace/tiny-qwen3, learning_rate: 1.0e-3, label: /tmp/lora }',
    worker: false,
  });
  assertOutput(result, 2, /"train\.label".*a name, not a path.*A-Z a-z 0-9 _ -/);
});

void test('a recipe file that is not there is named', async () => {
  const result = await headrace(['start', 'nowhere.yaml'], {});
  assertOutput(result, 2, /There is no recipe file nowhere\.yaml/);
});

void test('a wrong dataset id names the nearest that exists', async () => {
  const result = await startWith({ source: 'dataset: allenai/prosocial_dialog' });
  assertOutput(
    result,
    3,
    /DatasetNotFoundError/,
    /allenai\/prosocial_dialog/,
    /allenai\/prosocial-dialog/,
    /retry-source/,
  );
});

void test('a gated dataset without a token parks the run and names HF_TOKEN', async () => {
  const result = await startWith({
    source: 'dataset: lmsys/lmsys-chat-1m',
    workerEnv: { HF_TOKEN: '', HF_HOME: '/nowhere' },
  });
  assertOutput(result, 3, /HubTokenMissingError/, /lmsys\/lmsys-chat-1m/, /HF_TOKEN/);
});

void test('a bad Hub token parks the run and is not shown', async () => {
  const result = await startWith({
    source: 'dataset: lmsys/lmsys-chat-1m',
    workerEnv: { HF_TOKEN: 'hf_wrong_token' },
  });
  assertOutput(result, 3, /HubTokenInvalidError/);
  assert.ok(!`${result.stdout}${result.stderr}`.includes('hf_wrong_token'), 'the token was shown');
});

void test('a local file that is not there parks the run with its pattern', async () => {
  const result = await startWith({ source: 'files: "data/*.jsonl"' });
  assertOutput(result, 3, /FileNotFoundError/, /data\/\*\.jsonl/);
});

void test('a file whose rows fit no format parks the run with its columns', async () => {
  const folder = join(servers().folder, 'odd');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'odd.jsonl'), '{"essay":"x","score":3}\n'.repeat(20));
  const result = await startWith({ source: `files: ${join(folder, 'odd.jsonl')}` });
  assertOutput(result, 3, /FormatError/, /essay/, /score/);
});

void test('too many rejected rows show the first ones with file and line', async () => {
  const folder = join(servers().folder, 'rejects');
  await mkdir(folder, { recursive: true });
  const good = JSON.stringify({
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  });
  await writeFile(join(folder, 'bad.jsonl'), `${good}\n{broken\n${good}\n{broken\n`);
  const result = await startWith({ source: `files: ${join(folder, 'bad.jsonl')}` });
  assertOutput(result, 3, /TooManyRejectsError/, /bad\.jsonl:2/, /bad_json/);
});

void test('without a worker nothing is started', async () => {
  const result = await startWith({ worker: false });
  assertOutput(result, 1, /NoWorkerError/, /nothing was started/, /headrace worker/);
});

void test('a Temporal server that cannot be reached ends every command with its address', async () => {
  const folder = join(servers().folder, 'no-temporal');
  const recipe = await writeRecipe(folder, 'name: x\nsources:\n  - { name: s, files: good.jsonl }\n');
  const address = `127.0.0.1:${await freePort()}`;
  const env = { HEADRACE_STORE: join(folder, 'store'), TEMPORAL_ADDRESS: address };
  for (const args of [['start', recipe], ['list'], ['status', 'x'], ['worker']])
    assertOutput(await headrace(args, env), 1, /TemporalUnavailableError/, new RegExp(address));
});

const train = 'train: { base_model: headrace/tiny-qwen3, learning_rate: 1.0e-3, max_steps: 2 }';

void test('a Tinker server that cannot be reached parks the run with its address', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const result = await startWith({ train, workerEnv: { TINKER_BASE_URL: url } });
  assertOutput(result, 3, /TinkerUnavailableError/, new RegExp(url), /retry-stage/);
});

void test('a missing Tinker key parks the run and names TINKER_API_KEY', async () => {
  const result = await startWith({
    train,
    workerEnv: { TINKER_BASE_URL: '', TINKER_API_KEY: '', HOME: '/nowhere' },
  });
  assertOutput(result, 3, /TinkerKeyMissingError/, /TINKER_API_KEY/);
});

void test('a base model that the server does not have parks the run with those that it has', async () => {
  const result = await startWith({ train: train.replace('headrace/tiny-qwen3', 'Qwen/Qwen3-8B') });
  assertOutput(result, 3, /BaseModelError/, /Qwen\/Qwen3-8B/, /headrace\/tiny-qwen3/);
});

void test('a run that does not exist is refused, and the list of runs named', async () => {
  const env = environmentOf(servers(), join(servers().folder, 'none'));
  assertOutput(await headrace(['status', 'never-started'], env), 1, /RunNotFoundError/, /headrace list/);
  assertOutput(await headrace(['cancel', 'never-started'], env), 1, /RunNotFoundError/);
});

void describe('a run that waits for its review', () => {
  const recipe = 'review: true\nsources:\n  - { name: chats, files: chats.jsonl }\n';
  let terminal: Terminal;
  before(async () => {
    terminal = await openTerminal(servers(), 'changed', recipe, 50);
    const started = await terminal.run('start', terminal.recipe, '--wait');
    assertOutput(started, 3, /headrace approve changed/);
  });
  after(() => terminal.close());

  void test('the same recipe started again attaches to it', async () => {
    const again = await terminal.run('start', terminal.recipe);
    assertOutput(again, 0, /Attached to the run headrace\/changed/);
  });

  void test('another recipe of its name is refused with the difference', async () => {
    const other = await terminal.run('start', terminal.recipe, '--set', 'seed=9');
    assertOutput(other, 1, /RecipeChangedError/, /seed: 0 in that run, 9 in this recipe/);
  });

  void test('a run of another name cannot write into its folder', async () => {
    const folder = join(terminal.folder, 'other');
    const other = await writeRecipe(folder, `name: other\n${recipe}out: ${terminal.folder}/runs/changed\n`);
    assertOutput(await terminal.run('start', other), 1, /OutInUseError/);
  });

  void test('it can be approved once', async () => {
    assertOutput(await terminal.run('approve', 'changed'), 0, /approved/);
    assertOutput(await terminal.run('watch', 'changed'), 0, /train\.jsonl/);
    assertOutput(await terminal.run('approve', 'changed'), 2, /UsageError|does not wait|completed/);
  });
});
