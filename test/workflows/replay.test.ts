import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DeterminismViolationError } from '@temporalio/workflow';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { z } from 'zod';
import { bundlePath } from '../../worker/bundle.js';

const folder = fileURLToPath(new URL('../../../test/histories/', import.meta.url));

const Recorded = z.object({ workflowId: z.string(), history: z.unknown() });

async function replay(text: string): Promise<void> {
  const { workflowId, history } = Recorded.parse(JSON.parse(text));
  const options = { workflowBundle: { codePath: bundlePath } };
  await Worker.runReplayHistory(options, historyFromJSON(history), workflowId);
}

const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();

void test('there are recorded histories of every workflow', () => {
  assert.ok(files.length >= 10, files.join(', '));
});

for (const file of files)
  void test(`the recorded history ${file} replays`, async () => {
    await replay(await readFile(join(folder, file), 'utf8'));
  });

void test('a history that the code would not have made does not replay', async () => {
  const text = await readFile(join(folder, 'data-only.json'), 'utf8');
  await assert.rejects(
    replay(text.replaceAll('finishMix', 'otherActivity')),
    (error: unknown) => error instanceof DeterminismViolationError,
  );
});
