import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../dev/programs/free-port.js';
import { assertOutput, headrace } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { recipeFrom, writeRecipe } from '../support/recipes.js';
import { resultOf, startRecipe } from '../support/runs.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { until } from '../support/until.js';

/** Workers by role, and what they export of themselves. */

const servers = useServers();
const rows = 200;

const yaml = (name: string): string =>
  `name: ${name}\nsources:\n  - { name: s, files: ${join(servers().folder, 'chats.jsonl')} }\n`;

void test('a role that nobody serves is named by start, status and doctor, and its worker ends the wait', async () => {
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
    await startRecipe(servers(), store, recipeFrom(yaml('by-role'), folder));
    assert.equal((await resultOf(servers(), 'by-role')).mix.train.lines, rows);
    await cpu.close();
  } finally {
    await main.close();
  }
});

/** Names of the spans that a worker sends to a collector, which has to be closed. */
async function openCollector(): Promise<{
  readonly url: string;
  readonly names: Set<string>;
  readonly close: () => void;
}> {
  const names = new Set<string>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      for (const [, name = ''] of body.matchAll(/"name":"([^"]+)"/g)) names.add(name);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, names, close: () => server.close() };
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
  await until(
    async () => ['RunWorkflow:stage1', 'RunActivity:convertPieces'].every((name) => collector.names.has(name)) || undefined,
    () => `spans of workflows and activities; there were ${[...collector.names].join(', ')}`,
  );
});
