import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { programPath } from '../../../client/command-line/program-path.js';
import { exitCodes } from '../../../client/exit-codes.js';
import { packagePath } from '../../../files/package-path.js';
import { endedUnread, headraceUnread } from '../../support/command.js';
import { temporaryFolder } from '../../support/folder.js';

void test('a command whose output nobody reads ends quietly, with the exit code of SIGPIPE', async (context) => {
  const env = { HEADRACE_STORE: await temporaryFolder(context) };
  assert.equal(exitCodes.outputClosed, 128 + 13);
  assert.equal(endedUnread.code, exitCodes.outputClosed);
  for (const command of ['--help', 'start --help', '--version', 'schema', 'cache ls', 'cache ls --json'])
    assert.deepEqual(await headraceUnread(command.split(' '), env), endedUnread, command);
});

void test('so does one whose reader has enough in the middle of a long output', async (context) => {
  const store = await temporaryFolder(context);
  const lines = join(store, 'lines.jsonl');
  const messages = [
    { role: 'user', content: 'Hello?' },
    { role: 'assistant', content: 'Yes. '.repeat(40) },
  ];
  await writeFile(lines, `${JSON.stringify({ messages })}\n`.repeat(2_000));
  const tokenizer = packagePath('dev/tinker/model-files/tiny-qwen3');
  const model = ['--model', 'headrace/tiny-qwen3', '--renderer', 'qwen3', '--tokenizer', tokenizer];
  const args = ['tokens', lines, ...model, '-n', '2000', '--json'];
  const env = { HEADRACE_STORE: store };
  assert.deepEqual(await headraceUnread(args, env, 'after some bytes'), endedUnread);
});

void test('the same holds where nobody reads the errors', async () => {
  const child = spawn(process.execPath, [programPath, 'status', '--no-such-option'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, exitCodes.outputClosed);
});
