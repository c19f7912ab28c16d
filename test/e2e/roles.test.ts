import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { sourceWorkflowIdOf, workflowIdOf } from '../../core/run/workflow-ids.js';
import { freePort } from '../../dev/programs/free-port.js';
import { assertOutput, headrace } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { recipeFrom, writeRecipe } from '../support/recipes.js';
import { resultOf, startRecipe } from '../support/runs.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';

/** Workers by role, and what they export of themselves. */

const servers = useServers();
const rows = 200;

const yaml = (name: string): string =>
  `name: ${name}\nsources:\n  - { name: s, files: ${join(servers().folder, 'chats.jsonl')} }\n`;

void test('a role that nobody serves is named by start and doctor; a run has the priority that it was started with', async () => {
  const { folder } = servers();
  await writeConversations(join(folder, 'chats.jsonl'), rows, 5);
  const store = join(folder, 'by-role');
  const env = environmentOf(servers(), store);
  const recipe = await writeRecipe(folder, yaml('by-role'));
  const main = await startWorker(servers(), store, { HEADRACE_ROLES: 'main' });
  try {
    const refused = await headrace(['start', recipe], env, folder);
    assertOutput(refused, 1, /NoWorkerError/, /-cpu \(role cpu\)/, /nothing was started/, /--roles cpu/);
    assertOutput(await headrace(['doctor', recipe], env, folder), 1, /✗ worker: NoWorkerError/, /role cpu/);
    const cpu = await startWorker(servers(), store, { HEADRACE_ROLES: 'cpu' }, join(store, 'cpu.log'));
    assertOutput(await headrace(['doctor', recipe], env, folder), 0, /✓ worker: polls headrace-\w+, .*-cpu/);
    assertOutput(await headrace(['start', recipe, '--priority', '2', '--weight', '4'], env, folder), 0);
    assert.equal((await resultOf(servers(), 'by-role')).mix.train.lines, rows);
    const run = workflowIdOf('by-role');
    for (const id of [run, sourceWorkflowIdOf(run, 's')]) {
      const { raw } = await servers().temporal.client.workflow.getHandle(id).describe();
      const { priorityKey, fairnessKey, fairnessWeight } = raw.workflowExecutionInfo?.priority ?? {};
      assert.deepEqual([priorityKey, fairnessKey, fairnessWeight], [2, 'by-role', 4], id);
    }
    await cpu.close();
  } finally {
    await main.close();
  }
});

const Spans = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(z.object({ spans: z.array(z.object({ traceId: z.string(), name: z.string() })) })),
    }),
  ),
});

interface Collector {
  readonly url: string;
  /** Trace ids by the name of a span. */
  readonly traces: Map<string, string>;
  readonly close: () => void;
}

/** A collector of spans, which has to be closed. */
async function openCollector(): Promise<Collector> {
  const traces = new Map<string, string>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      for (const { scopeSpans } of Spans.parse(JSON.parse(body)).resourceSpans)
        for (const { traceId, name } of scopeSpans.flatMap(({ spans }) => spans)) traces.set(name, traceId);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, traces, close: () => server.close() };
}

void test('a worker exports what it counted for Prometheus, and traces to a collector', async () => {
  const { folder } = servers();
  await writeConversations(join(folder, 'chats.jsonl'), rows, 5);
  const store = join(folder, 'exports');
  const metrics = `127.0.0.1:${await freePort()}`;
  const collector = await openCollector();
  const worker = await startWorker(servers(), store, {
    HEADRACE_METRICS: metrics,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
  try {
    await startRecipe(servers(), store, recipeFrom(yaml('exports'), folder));
    await resultOf(servers(), 'exports');
    const text = await (await fetch(`http://${metrics}/metrics`)).text();
    const lines = text.split('\n');
    assert.ok(lines.includes(`headrace_rows_total ${rows}`), text);
    assert.ok(lines.includes(`headrace_lines_total{file="train"} ${rows}`), text);
    assert.match(text, /temporal_worker_task_slots_available\{[^}]*task_queue="headrace-\w+-cpu"/);
  } finally {
    await worker.close();
    collector.close();
  }
  // A worker that has ended has sent its spans.
  const [run = '', activity] = ['RunWorkflow:stage1', 'RunActivity:convertPieces'].map((name) =>
    collector.traces.get(name),
  );
  assert.match(run, /^[0-9a-f]{32}$/, [...collector.traces.keys()].join(', '));
  assert.equal(activity, run, 'an activity is part of the trace of its run');
});
