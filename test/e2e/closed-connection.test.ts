import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@temporalio/client';
import { connectTemporal } from '../../client/temporal/connect.js';
import { startTemporal } from '../../dev/temporal/server.js';
import { queries } from '../../workflows/messages.js';
import { temporaryFolder } from '../support/folder.js';
import { until } from '../support/until.js';

/** Timers that keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

void test('a query that is under way when its connection is closed is not retried when the server goes', async (t) => {
  const server = await startTemporal({ stateDir: await temporaryFolder(t), log: () => undefined });
  const connected = await connectTemporal({ TEMPORAL_ADDRESS: server.address });
  const timersBefore = timers();
  const workflowId = 'without-a-worker';
  await connected.client.workflow.start('stage1', { workflowId, taskQueue: 'nobody-polls', args: [] });
  const handle = connected.client.workflow.getHandle(workflowId);
  const failed = assert.rejects(handle.query(queries.progress), ServiceError);
  // Calls go over one HTTP/2 connection in order: with the answer to this one the query is at the server.
  await handle.describe();
  await connected.close();
  await server.close();
  await failed;
  // A retry waits for a timer. On the closed channel it would throw outside of any call, which the test
  // runner reports as a failure of this file.
  await until(
    () => timers() <= timersBefore || undefined,
    () => 'the end of all timers',
  );
});
