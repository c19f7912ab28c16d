import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environmentOf, useServers } from '../support/servers.js';

const servers = useServers();
const main = fileURLToPath(new URL('../../client/main.js', import.meta.url));

void test('`dev` prints that its worker has ended by itself and what to do, and ends with Ctrl-C', async () => {
  const store = join(servers().folder, 'dev-store');
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environmentOf(servers(), store) };
  const dev = spawn(process.execPath, [main, 'dev'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => dev.once('exit', (code, signal) => resolve(signal ?? code)));
  let said = '';
  const until = async (text: RegExp): Promise<void> => {
    while (!text.test(said)) {
      const [chunk] = (await Promise.race([
        new Promise((resolve) => dev.stderr.once('data', (data: Buffer) => resolve([data]))),
        ended.then(() => assert.fail(`dev ended: ${said}`)),
      ])) as [Buffer];
      said += chunk.toString();
    }
  };
  try {
    await until(/Ctrl-C ends all of them/);
    const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(dev.pid)]);
    const worker = stdout.split('\n').find((line) => line.trim().endsWith(' worker'));
    process.kill(Number.parseInt(worker ?? '', 10), 'SIGKILL');
    await until(
      /The worker has ended \(SIGKILL\); its log is \S+worker\.log\. Start another with `npx headrace worker`/,
    );
  } finally {
    dev.kill('SIGINT');
  }
  assert.equal(await ended, 0);
});
