import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandEnvironment } from '../../../client/environment.js';
import type { Env } from '../../../core/env.js';
import { readDevServers, removeDevServers, writeDevServers } from '../../../dev/stack/dev-servers.js';
import { processMark } from '../../../files/process-id.js';
import { temporaryFolder } from '../../support/folder.js';

const named: Env = {
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  HF_ENDPOINT: 'http://127.0.0.1:2',
  TINKER_BASE_URL: 'http://127.0.0.1:3',
};
const addresses = { temporalAddress: '127.0.0.1:7', hub: 'http://127.0.0.1:8' };

async function recordAs(store: string, pid: number, mark: string): Promise<void> {
  await writeFile(
    join(store, 'dev.json'),
    JSON.stringify({ pid, process: mark, serves: true, ...addresses }),
  );
}

void test('the servers of a running `headrace dev` stand in for those that the environment does not name', async (t) => {
  const store = await temporaryFolder(t);
  await writeDevServers(store, { serves: true, ...addresses });
  assert.equal((await readDevServers(store))?.pid, process.pid);
  assert.deepEqual(await commandEnvironment({ HF_ENDPOINT: 'http://mine' }, store), {
    HF_ENDPOINT: 'http://mine',
    TEMPORAL_ADDRESS: '127.0.0.1:7',
  });
  await removeDevServers(store);
  assert.deepEqual(await commandEnvironment({}, store), {});
});

void test('dev.json of a process whose id belongs to a later process is not believed', async (t) => {
  const store = await temporaryFolder(t);
  await writeDevServers(store, { serves: true, ...addresses });
  const mark = processMark();
  const start = mark.slice(mark.lastIndexOf('-') + 1);
  if (start === '0') return t.skip('this system does not show when a process started');
  const earlier = `${mark.slice(0, -start.length)}earlier`;
  const text = await readFile(join(store, 'dev.json'), 'utf8');
  await writeFile(join(store, 'dev.json'), text.replace(mark, earlier));
  assert.equal(await readDevServers(store), undefined);
});

void test('dev.json of a process that was killed is not believed', async (t) => {
  const store = await temporaryFolder(t);
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  await recordAs(store, pid, processMark(pid));
  assert.equal((await readDevServers(store))?.pid, pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(await readDevServers(store), undefined);
});

void test('a command waits for a `headrace dev` that starts, and then uses its servers', async (t) => {
  const store = await temporaryFolder(t);
  await writeDevServers(store, { serves: false });
  let env: Env | undefined;
  const waiting = commandEnvironment({}, store).then((found) => (env = found));
  assert.equal(await commandEnvironment(named, store), named, 'nothing of it is needed');
  assert.equal(env, undefined);
  await writeDevServers(store, { serves: true, ...addresses });
  await waiting;
  assert.deepEqual(env, { HF_ENDPOINT: addresses.hub, TEMPORAL_ADDRESS: addresses.temporalAddress });
});

void test('a command that waits for a `headrace dev` which ends is an error that names its logs', async (t) => {
  const store = await temporaryFolder(t);
  await writeDevServers(store, { serves: false });
  const waiting = commandEnvironment({}, store);
  // By then the command has read the record, too.
  assert.equal((await readDevServers(store))?.serves, false);
  await removeDevServers(store);
  await assert.rejects(waiting, {
    type: 'ServerEndedError',
    message: `\`headrace dev\` (process ${process.pid}) has ended before its servers served; their logs are in ${join(store, 'dev', 'logs')}`,
  });
});
