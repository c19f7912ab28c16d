import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chatLines, workbench } from '../../support/local-sources.js';

const { folder } = await workbench();
const dir = await folder();
/** What an undisturbed mix makes of the same rows. */
const whole = join(dir, 'whole');
const inputs = [join(dir, 'chats.jsonl'), join(dir, 'dialogues.jsonl')] as const;
await writeFile(inputs[0], `${chatLines(0, 3000)}no row\n`);
const turn = (dialogue: number, response: number): object => ({
  context: `question ${dialogue}.${response}`,
  response: `answer ${dialogue}.${response}`,
  dialogue_id: dialogue,
  response_id: response,
  episode_done: response === 1,
});
await writeFile(
  inputs[1],
  Array.from(
    { length: 500 },
    (_, id) => `${JSON.stringify(turn(id, 0))}\n${JSON.stringify(turn(id, 1))}\n`,
  ).join(''),
);

const fullDisk = new URL('./full-disk.js', import.meta.url);
const mixOnFullDisk = new URL('./full-disk-mix.js', import.meta.url);
const outputs = ['train.jsonl', 'heldout.jsonl', 'manifest.json', 'rejects.jsonl'];

/** Mixes in a process whose files with `at` in their path can take `room` bytes. Returns its output. */
async function mixed(store: string, out: string, at = '', room = 0): Promise<string> {
  const env = { ...process.env, HEADRACE_TEST_FULL_AT: at, HEADRACE_TEST_FULL_AFTER: String(room) };
  const args = ['--import', fullDisk.href, fileURLToPath(mixOnFullDisk)];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, store, out, ...inputs], { env });
  return stdout;
}
const leftIn = async (path: string): Promise<string[]> => await readdir(path).catch(() => []);

before(async () => {
  assert.equal(await mixed(join(dir, 'whole-store'), whole), 'done');
  assert.equal((await readFile(join(whole, 'train.jsonl'), 'utf8')).split('\n').length > 5000, true);
});

for (const [what, at, room] of [
  ['rows that wait for their dialogue', 'scatter-0.rows', 1000],
  ['rejected rows', 'rejects.jsonl', 0],
  ['converted lines', 'run-0.lines', 100_000],
  ['the index of converted lines', 'run-0.index', 0],
  ['candidates of the mix', 'train.candidates', 50_000],
  ['the entries of its lines', 'entries.bin', 50_000],
  ['copies of repeated rows', 'copies-0', 1000],
  ['the origins of its lines', 'origins.bin', 10],
  ['train.jsonl in the folder of results', 'out/train.jsonl', 300_000],
  ['heldout.jsonl in the folder of results', 'out/heldout.jsonl', 10],
] as const)
  void test(`a disk that is full at ${what} stops the run, leaves nothing half-written, and with room again the mix is whole (SIMULATED)`, async () => {
    // The folder must not have the name at which the disk is full.
    const folder = join(dir, at.replaceAll(/\W/g, '_'));
    const [store, out] = [join(folder, 'store'), join(folder, 'out')];
    assert.equal(await mixed(store, out, at, room), 'DiskFullError');
    assert.deepEqual(await leftIn(join(store, 'tmp')), []);
    assert.deepEqual(await leftIn(out), []);
    assert.equal(await mixed(store, out), 'done');
    for (const name of outputs)
      assert.ok((await readFile(join(out, name))).equals(await readFile(join(whole, name))), name);
  });

void test('results that are there stay whole when there is no room for new ones (SIMULATED)', async () => {
  const [store, out] = [join(dir, 'again', 'store'), join(dir, 'again', 'out')];
  assert.equal(await mixed(store, out), 'done');
  await writeFile(inputs[0], chatLines(0, 2500));
  assert.equal(await mixed(store, out, 'out/train.jsonl', 1000), 'DiskFullError');
  assert.ok((await readFile(join(out, 'train.jsonl'))).equals(await readFile(join(whole, 'train.jsonl'))));
  assert.deepEqual((await leftIn(out)).sort(), [...outputs].sort());
});
