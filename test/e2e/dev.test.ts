import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { programPath } from '../../client/command-line/program-path.js';
import { readDevServers } from '../../dev/stack/dev-servers.js';
import { headrace } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { temporaryFolder } from '../support/folder.js';
import { until } from '../support/until.js';

/** `headrace dev` with every server, and one run on them that is begun while they start. */

const folder = await temporaryFolder();
const store = join(folder, 'store');
const env = { HEADRACE_STORE: store, HOME: process.env['HOME'] ?? '', PATH: process.env['PATH'] ?? '' };

const Line = z.object({
  event: z.enum(['ready', 'ended', 'restarted']),
  part: z.string().optional(),
  why: z.string().optional(),
  temporalAddress: z.string().optional(),
});
type Line = z.infer<typeof Line>;

let dev: ChildProcess;
let said = '';
const lines: Line[] = [];

before(() => {
  dev = spawn(process.execPath, [programPath, 'dev', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  if (dev.stdout !== null)
    createInterface(dev.stdout).on('line', (line) => lines.push(Line.parse(JSON.parse(line))));
  dev.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
});
after(async () => {
  dev.kill('SIGINT');
  await ended();
});

async function ended(): Promise<number | null> {
  await until(
    () => dev.exitCode ?? dev.signalCode ?? undefined,
    () => `the end of dev: ${said}`,
  );
  return dev.exitCode;
}

async function untilLine(isIt: (line: Line) => boolean): Promise<Line> {
  return await until(
    () => {
      assert.ok(dev.exitCode === null, said);
      return lines.find(isIt);
    },
    () => `a line of dev: ${said}`,
  );
}

async function pidOf(part: string): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(dev.pid)]);
  const words = part === 'worker' ? ' worker ' : ` dev ${part} `;
  const line = stdout.split('\n').find((args) => `${args} `.includes(words));
  assert.ok(line !== undefined, stdout);
  return Number.parseInt(line, 10);
}

const restarts = (): number => lines.filter(({ event }) => event === 'restarted').length;

/** Kills the process of a part, as a machine without memory does, and waits until it serves again. */
async function killPart(part: string): Promise<void> {
  const earlier = restarts();
  process.kill(await pidOf(part), 'SIGKILL');
  const { why } = await untilLine((line) => line.event === 'ended' && line.part === part);
  assert.match(why ?? '', /^SIGKILL/);
  await untilLine(() => restarts() > earlier);
}

async function metrics(): Promise<number> {
  const text = await readFile(join(folder, 'out', 'metrics.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').length - 1;
}

void test('a run begun while `dev` starts waits for it, and ends although every part of it was killed', async () => {
  await mkdir(join(folder, 'out'), { recursive: true });
  await writeConversations(join(folder, 'chats.jsonl'), 400, 5);
  const recipe = join(folder, 'recipe.yaml');
  await writeFile(
    recipe,
    `name: supervised
seed: 4
out: out
sources:
  - { name: chats, files: chats.jsonl }
train:
  base_model: headrace/tiny-qwen3
  lora: { rank: 4, seed: 2 }
  batch_size: 4
  max_tokens: 64
  learning_rate: 2.0e-3
  max_steps: 90
  checkpoint_every: 15
  prompts: [Hello.]
`,
  );
  await until(
    () => readDevServers(store),
    () => `the record of dev: ${said}`,
  );
  assert.deepEqual(lines, [], 'the servers still start');
  const run = headrace(['start', recipe, '--wait'], env, folder);
  const ready = await untilLine(({ event }) => event === 'ready');
  assert.match(ready.temporalAddress ?? '', /^127\.0\.0\.1:\d+$/);
  await until(
    async () => ((await metrics()) > 0 ? true : undefined),
    () => `the first steps: ${said}`,
  );
  for (const part of ['worker', 'tinker', 'temporal', 'hub']) await killPart(part);
  const { code, stderr } = await run;
  assert.equal(code, 0, `${stderr}\n${said}`);
  assert.equal(await metrics(), 90);
  assert.match(
    said,
    /The worker has ended \(SIGKILL: .*\)\. It starts again in 1 s; its log is \S+worker\.log\./,
  );
  assert.match(said, /The temporal serves again\./);
});

void test('`dev` ends with exit code 1 and the last lines of the log where a part dies again and again', async () => {
  // The state of the Tinker server is a file now, so that it cannot start.
  await rename(join(store, 'dev', 'tinker'), join(folder, 'tinker'));
  await writeFile(join(store, 'dev', 'tinker'), '');
  process.kill(await pidOf('tinker'));
  assert.equal(await ended(), 1, said);
  assert.match(
    said,
    /ServerEndedError: The tinker has ended too often within a minute, the last time with exit code 1: Error: E(NOTDIR|EXIST).*; the last lines of \S+tinker\.log:\n/,
  );
  const { stdout: left } = await promisify(execFile)('ps', ['-eo', 'args']);
  assert.deepEqual(
    left.split('\n').filter((args) => args.includes(store)),
    [],
  );
});
