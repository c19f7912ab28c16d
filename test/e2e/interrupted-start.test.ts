import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/folder.js';
import { until } from '../support/until.js';

const main = fileURLToPath(new URL('../../client/main.js', import.meta.url));

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

for (const [command, signal] of [
  ['demo', 'SIGINT'],
  ['dev', 'SIGINT'],
  ['dev', 'SIGTERM'],
] as const)
  void test(`${signal} while \`headrace ${command}\` starts its servers ends all of them, and the exit code shows it`, async (t) => {
    const dir = await temporaryFolder(t);
    // A server that never answers.
    const temporal = join(dir, 'temporal');
    await writeFile(temporal, `#!/bin/sh\necho $$ > ${join(dir, 'pid')}\nexec sleep 600\n`);
    await chmod(temporal, 0o755);
    const env = { ...process.env, HOME: dir, PATH: `${dir}${delimiter}${process.env['PATH'] ?? ''}` };
    const child = spawn(process.execPath, [main, command], {
      env: { ...env, HEADRACE_STORE: join(dir, 'store'), TEMPORAL_ADDRESS: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (text: Buffer) => (output += String(text)));
    const exit = once(child, 'exit') as Promise<[number | null]>;
    const pidOfServer = async (): Promise<number> =>
      Number(await readFile(join(dir, 'pid'), 'utf8').catch(() => 0));
    await until(
      async () => (await pidOfServer()) !== 0 || child.exitCode !== null || undefined,
      () => 'the server to start',
    );
    child.kill(signal);
    const [code] = await exit;
    assert.equal(code, 130, output);
    assert.match(output, /Interrupted while the servers started; nothing is left running/);
    assert.equal(isRunning(await pidOfServer()), false);
  });
