import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dev/programs/free-port.js';
import { assertOutput, headrace } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { alerts, panels } from '../support/dashboards.js';
import { parsePromQl } from '../support/promql.js';
import type { LabelMatcher, Selector } from '../support/promql.js';
import { writeRecipe } from '../support/recipes.js';
import { s3Server } from '../support/s3.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';

/** What alerts and dashboard read, in what a worker exports. */

const servers = useServers();
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** It counts into every counter: it downloads, a source fails, the store fails an activity, it trains. */
const recipe = `name: counted
seed: 4
heldout: { fraction: 0.02, rows: 6 }
sources:
  - { name: chats, files: chats.jsonl }
  - { name: prosocial, dataset: allenai/prosocial-dialog, rows: 50 }
  - { name: gone, dataset: nobody/nothing }
train:
  base_model: headrace/tiny-qwen3
  lora: { rank: 4, seed: 2 }
  batch_size: 16
  max_tokens: 64
  learning_rate: 2.0e-3
  max_steps: 4
  checkpoint_every: 2
`;

/** Written by Prometheus itself, or by prometheus.yml. */
const ofPrometheus = { metrics: ['up'], labels: ['job', 'instance', 'role'] };

interface Series {
  readonly metric: string;
  readonly labels: ReadonlyMap<string, string>;
}

function seriesIn(scrape: string): Series[] {
  return scrape.split('\n').flatMap((line) => {
    const [, metric, labels = ''] = /^([a-z]\w*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (metric === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    return [{ metric, labels: new Map(pairs.map(([, label = '', value = '']) => [label, value])) }];
  });
}

function fits({ label, operator, value }: LabelMatcher, { labels }: Series): boolean {
  if (ofPrometheus.labels.includes(label)) return true;
  const found = labels.get(label);
  if (found === undefined) return false;
  if (operator === '=') return found === value;
  if (operator === '!=') return found !== value;
  return new RegExp(`^(?:${value})$`).test(found) === (operator === '=~');
}

const shown = ({ metric, matchers }: Selector): string =>
  `${metric}{${matchers.map(({ label, operator, value }) => `${label}${operator}"${value}"`).join(', ')}}`;

/** What an expression names and no series has. */
function missingIn(expression: string, series: readonly Series[]): string[] {
  const { selectors, grouping } = parsePromQl(expression);
  const missing: string[] = [];
  const read: Series[] = [];
  for (const selector of selectors) {
    if (ofPrometheus.metrics.includes(selector.metric)) continue;
    const found = series.filter(
      (one) => one.metric === selector.metric && selector.matchers.every((matcher) => fits(matcher, one)),
    );
    if (found.length === 0) missing.push(shown(selector));
    read.push(...found);
  }
  const labels = grouping.filter((label) => !ofPrometheus.labels.includes(label));
  missing.push(...labels.filter((label) => !read.some((one) => one.labels.has(label))));
  return missing;
}

void test('every metric, label and value that the alerts and the dashboard name is exported by a worker that has done a run', async (t) => {
  const s3 = await s3Server(t);
  const { folder } = servers();
  await writeConversations(join(folder, 'chats.jsonl'), 200, 5);
  const env = { ...environmentOf(servers(), s3.place), ...s3.env };
  const metrics = `127.0.0.1:${await freePort()}`;
  const worker = await startWorker(servers(), join(folder, 'worker'), {
    ...s3.env,
    HEADRACE_METRICS: metrics,
  });
  try {
    const path = await writeRecipe(folder, recipe);
    // As many as a worker tries, so that the activity fails once.
    const failed = s3.proxy.fault({
      kind: 'error',
      status: 503,
      code: 'SlowDown',
      operation: 'PutObject',
      path: /\/artifacts\/mix-decision\//,
      times: 6,
    });
    assertOutput(await headrace(['start', path, '--wait'], env, folder), 3, /skip-source counted gone/);
    assertOutput(await headrace(['skip-source', 'counted', 'gone'], env, folder), 0);
    assertOutput(await headrace(['watch', 'counted'], env, folder), 0);
    assert.equal(failed(), 6);
    const series = seriesIn(await (await fetch(`http://${metrics}/metrics`)).text());
    assert.ok(series.length > 100);
    const rules = await alerts(root);
    const targets = (await panels(root)).flatMap((panel) => panel.targets);
    const missing = [...rules, ...targets].flatMap(({ expr }) => missingIn(expr, series));
    assert.deepEqual([...new Set(missing)], []);
    assert.deepEqual(missingIn('sum by (nothing) (headrace_rows_total{what="none"})', series), [
      'headrace_rows_total{what="none"}',
      'nothing',
    ]);
  } finally {
    await worker.close();
  }
});
