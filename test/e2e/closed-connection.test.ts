import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '@temporalio/client';
import { connectTemporal } from '../../client/temporal/connect.js';
import { startTemporal } from '../../dev/temporal/server.js';
import { queries } from '../../workflows/messages.js';
import { temporaryFolder } from '../support/folder.js';

const folder = await temporaryFolder();

void test('a question that is under way when its connection is closed is not asked again when the server goes', async () => {
  const server = await startTemporal({ stateDir: folder, say: () => undefined });
  const connected = await connectTemporal({ TEMPORAL_ADDRESS: server.address });
  const workflowId = 'nobody-answers';
  await connected.client.workflow.start('stage1', { workflowId, taskQueue: 'nobody-polls', args: [] });
  const question = connected.client.workflow.getHandle(workflowId).query(queries.progress);
  const failed = assert.rejects(question, ServiceError);
  await sleep(300);
  await connected.close();
  await server.close();
  await failed;
  // A retry on the closed channel would throw outside of any call, which the test runner reports as a failure
  // of this file.
  await sleep(500);
});
