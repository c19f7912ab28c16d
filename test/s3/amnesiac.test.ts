import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { NativeConnection } from '@temporalio/worker';
import { openStore } from '../../activities/artifacts/open-store.js';
import { taskQueueOf } from '../../worker/connection.js';
import { forgetfulActivities } from '../support/forgetful-worker.js';
import { bucketEnvironment } from '../support/machines.js';
import { s3Server } from '../support/s3.js';
import { useServers } from '../support/servers.js';
import { withWorker } from '../support/temporal.js';
import { runOnDisk, runToItsEnd } from '../support/whole-run.js';

const servers = useServers();

void test('a run whose activities each have an empty disk and no memory leaves what one on a disk leaves', async (t) => {
  const { folder } = servers();
  const onDisk = await runOnDisk(servers());
  const s3 = await s3Server(t);
  const env = bucketEnvironment(servers(), s3);
  const { id } = await openStore(s3.place, { env });
  const warnings: string[] = [];
  const forgetful = await forgetfulActivities(env, (message) => void warnings.push(message));
  const native = await NativeConnection.connect({ address: servers().address() });
  t.after(() => native.close());
  const left = await withWorker({ native }, taskQueueOf(id), forgetful.activities, async () => {
    return await runToItsEnd('amnesiac', join(folder, 'amnesiac'), env);
  });
  assert.deepEqual(left, onDisk);
  assert.deepEqual(
    [...new Set(warnings)].filter((line) => !line.includes('development server')),
    [],
  );
  const { ran, leftSomething } = forgetful;
  t.diagnostic(
    `${ran.length} activities, of ${new Set(ran).size} kinds; ${leftSomething()} left files on their disk`,
  );
  assert.ok(leftSomething() > 5, 'disks had files that were removed');
});
