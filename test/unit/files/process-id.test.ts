import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { processMark, processState } from '../../../files/process-id.js';

const hasProc = existsSync('/proc/self/stat');

void test('this process runs, and a process that has ended is gone', async () => {
  assert.equal(processState(processMark()), 'running');
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const mark = processMark(child.pid);
  assert.equal(processState(mark), 'running');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(processState(mark), 'gone');
});

void test(
  'an id that belongs to a later process does not make the earlier one run',
  { skip: !hasProc },
  () => {
    const earlier = processMark().replace(/\w+$/, 'ffffffff');
    assert.equal(processState(earlier), 'gone');
  },
);

void test('without a start the id alone decides', () => {
  assert.equal(processState(processMark().replace(/\w+$/, '0')), 'running');
});

void test('a process of another user runs, though no signal reaches it', async (t) => {
  // Process 1 belongs to root, so it is asked for by another user.
  const code = `
    import { processMark, processState } from ${JSON.stringify(import.meta.resolve('../../../files/process-id.js'))};
    let reached = true;
    try { process.kill(1, 0); } catch { reached = false; }
    process.stdout.write(\`\${processState(processMark(1))}, signals \${reached ? '' : 'do not '}reach it\`);`;
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const run = promisify(execFile);
  const args = ['--input-type=module', '--eval', code];
  const found = await run(process.execPath, args, { cwd: '/', ...user }).catch((error: unknown) => {
    if (/EACCES|ERR_MODULE_NOT_FOUND/.test(String(error))) return undefined;
    throw error;
  });
  if (found === undefined) return t.skip('the other user cannot read the code');
  assert.equal(found.stdout, 'running, signals do not reach it');
});

void test('a zombie is gone, though signals reach it', { skip: !hasProc }, async (t) => {
  // The shell never collects its child: it replaces itself by `sleep`.
  const parent = spawn('sh', ['-c', 'sh -c "echo \\$\\$" & exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => parent.kill('SIGKILL'));
  const [output] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(String(output));
  while (processState(processMark(pid)) === 'running') await new Promise((done) => setTimeout(done, 5));
  assert.doesNotThrow(() => process.kill(pid, 0));
  assert.equal(processState(processMark(pid)), 'gone');
});

void test('of another machine, and of a text that is no mark, nothing is known', () => {
  assert.equal(processState(`${'0'.repeat(12)}-1-0`), 'unknown');
  assert.equal(processState(''), 'unknown');
});
