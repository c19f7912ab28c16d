import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { environmentOf, openServers, startWorker } from '../../support/servers.js';
import { headrace } from '../../support/command.js';
import { untilPending } from '../../support/runs.js';
import { writeConversations } from '../../support/conversations.js';
import { writeRecipe } from '../../support/recipes.js';
import type { CommandResult } from '../../support/command.js';
import type { OpenServers, Servers } from '../../support/servers.js';
import { skyrlCommit, startSkyrl, type SkyrlServer } from '../support/skyrl-server.js';
import { temporaryFolder } from '../../support/folder.js';

/** A SkyRL server on CPU, unchanged, under the smoke and under runs of ten steps at the command line. */

/** It compiles every new shape when it first sees it: seconds on a free machine, minutes on a busy one. */
const patienceMs = 1_200_000;

let folder = '';
let skyrl: SkyrlServer | undefined;
let own: OpenServers | undefined;
/** Temporal as in other end-to-end tests; Tinker is SkyRL. */
let servers: Servers;

before(async () => {
  folder = await temporaryFolder();
  const started = await startSkyrl(folder);
  skyrl = started;
  own = await openServers(folder);
  servers = { ...own, tinkerUrl: () => started.url };
});
after(async () => {
  await own?.close();
  await skyrl?.close();
});

function mustSay(result: CommandResult, ...texts: RegExp[]): string {
  const said = `${result.stdout}\n${result.stderr}`;
  assert.equal(result.code, 0, said);
  for (const text of texts) assert.match(said, text);
  return result.stdout;
}

void test('the smoke passes on SkyRL', async (t) => {
  const said = mustSay(
    await headrace(
      ['doctor', '--tinker-smoke'],
      environmentOf(servers, join(folder, 'smoke')),
      folder,
      patienceMs,
    ),
    /✓ load: the same loss/,
    /✓ optimizer: /,
    /\d+ checks passed/,
  );
  t.diagnostic(`SkyRL ${skyrlCommit.slice(0, 8)}, jax on CPU`);
  for (const line of said.trim().split('\n')) t.diagnostic(line);
});

interface Trained {
  readonly losses: readonly number[];
  readonly said: string;
}

/** Ten steps in two segments, in a store of its own; `disturb` is called when the eighth step is near. */
async function train(name: string, disturb: (kill: () => Promise<void>) => Promise<void>): Promise<Trained> {
  const dir = join(folder, name);
  const store = join(dir, 'store');
  await writeConversations(join(dir, 'chats.jsonl'), 90, 3);
  const recipe = await writeRecipe(
    dir,
    `name: ${name}
seed: 4
sources:
  - { name: chats, files: chats.jsonl }
heldout: { fraction: 0.1, rows: 8 }
train:
  base_model: ${skyrl?.baseModel ?? ''}
  tokenizer: ${skyrl?.baseModel ?? ''}
  renderer: qwen3_instruct
  lora: { rank: 8, seed: 2 }
  batch_size: 8
  max_tokens: 128
  learning_rate: 2.0e-3
  max_steps: 10
  checkpoint_every: 5
  prompts: [Hello.]
`,
  );
  let worker = await startWorker(servers, store);
  const env = environmentOf(servers, store);
  const run = (...args: string[]): Promise<CommandResult> => headrace(args, env, dir, patienceMs);
  try {
    mustSay(await run('start', recipe));
    await disturb(async () => {
      await worker.kill();
      worker = await startWorker(servers, store);
    });
    const said = [mustSay(await run('watch', name), new RegExp(`${name}-final`))];
    said.push(mustSay(await run('checkpoints', name), new RegExp(`${name}-000005.*stays`)));
    said.push(mustSay(await run('sample', name, 'Hello.', '--max-tokens', '8')));
    said.push(mustSay(await run('checkpoints', name, 'export', '--to', 'adapter'), /PEFT adapter/));
    const files = await readdir(join(dir, 'adapter'), { recursive: true });
    assert.ok(
      files.some((file) => file.endsWith('adapter_model.safetensors')),
      files.join(),
    );
    const metrics = (await readFile(join(dir, 'runs', name, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    return {
      losses: metrics.map((line) => (JSON.parse(line) as { train_mean_nll: number }).train_mean_nll),
      said: said.join('\n'),
    };
  } finally {
    await worker.close();
  }
}

void test('a recipe of ten steps trains, evaluates, samples and exports on SkyRL; killed in its second segment, it has the same losses', async (t) => {
  const whole = await train('whole', async () => undefined);
  for (const line of whole.said.split('\n')) t.diagnostic(line);
  t.diagnostic(`losses ${whole.losses.map((loss) => loss.toFixed(4)).join(' ')}`);
  assert.equal(whole.losses.length, 10);
  assert.ok((whole.losses.at(-1) ?? 9) < (whole.losses[0] ?? 0) - 0.5);
  const killed = await train('killed', async (kill) => {
    await untilPending(
      servers,
      'killed',
      ({ type, progress }) => type === 'trainSegment' && (progress?.done ?? 0) >= 6,
    );
    await kill();
  });
  assert.equal(killed.losses.length, 10);
  const furthest = Math.max(...whole.losses.map((loss, step) => Math.abs(loss - (killed.losses[step] ?? 0))));
  t.diagnostic(`killed and resumed, its losses differ by at most ${furthest.toExponential(1)}`);
  assert.ok(furthest < 1e-3, `${killed.losses.join()} instead of ${whole.losses.join()}`);
});
