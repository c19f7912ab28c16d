import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { programPath } from '../../../client/command-line/program-path.js';
import { exitCodes } from '../../../client/exit-codes.js';
import { packagePath } from '../../../files/package-path.js';
import { temporaryFolder } from '../../support/folder.js';

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** Runs `headrace …` with a reader of its stdout that has enough at once, or after its first bytes. */
async function unread(
  context: TestContext,
  args: readonly string[],
  enough: 'at once' | 'after some bytes' = 'at once',
): Promise<Ended> {
  const store = await temporaryFolder(context);
  const child = spawn(process.execPath, [programPath, ...args], {
    env: { PATH: process.env['PATH'], HOME: store, HEADRACE_STORE: store },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (enough === 'after some bytes') await once(child.stdout, 'readable');
  child.stdout.destroy();
  const [stderr, [code, signal]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, string | null]>,
  ]);
  return { code, signal, stderr };
}

const quiet: Ended = { code: 141, signal: null, stderr: '' };

void test('a command whose output nobody reads ends quietly, with the exit code of SIGPIPE', async (context) => {
  assert.equal(exitCodes.outputClosed, 128 + 13);
  for (const args of [
    ['--help'],
    ['start', '--help'],
    ['--version'],
    ['schema'],
    ['cache', 'ls'],
    ['cache', 'ls', '--json'],
  ])
    assert.deepEqual(await unread(context, args), quiet, args.join(' '));
});

void test('so does one whose reader has enough in the middle of a long output', async (context) => {
  const lines = join(await temporaryFolder(context), 'lines.jsonl');
  const line = {
    messages: [
      { role: 'user', content: 'Hello?' },
      { role: 'assistant', content: 'Yes. '.repeat(40) },
    ],
  };
  await writeFile(lines, `${JSON.stringify(line)}\n`.repeat(2_000));
  const tokenizer = packagePath('dev/tinker/model-files/tiny-qwen3');
  const model = ['--model', 'headrace/tiny-qwen3', '--renderer', 'qwen3', '--tokenizer', tokenizer];
  const args = ['tokens', lines, ...model, '-n', '2000', '--json'];
  assert.deepEqual(await unread(context, args, 'after some bytes'), quiet);
});

void test('the same holds where nobody reads the errors', async (context) => {
  const store = await temporaryFolder(context);
  const child = spawn(process.execPath, [programPath, 'status', '--no-such-option'], {
    env: { PATH: process.env['PATH'], HOME: store, HEADRACE_STORE: store },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, exitCodes.outputClosed);
});
