import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openS3Store } from '../../activities/artifacts/s3/open-s3-store.js';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import { forecastRun, type ForecastStage } from '../../core/forecast/forecast.js';
import { requestKinds, type RequestKind } from '../../core/forecast/requests.js';
import type { S3Proxy } from '../../dev/s3/proxy.js';
import { temporaryFolder } from '../support/folder.js';
import { s3Server } from '../support/s3.js';
import { runUpToTokens, writeChats } from '../support/scale-run.js';

void test('a run asks the store for what the forecast has, within 5 % of each kind of request', async (t) => {
  const paths = await writeChats(await temporaryFolder(t), 80e6);
  const s3 = await s3Server(t);
  const warnings: string[] = [];
  const store = await openS3Store(s3.place, {
    env: s3.env,
    count: () => undefined,
    onWarning: (message) => void warnings.push(message),
  });
  const found = new Map<ForecastStage, Readonly<Record<RequestKind, number>>>();
  s3.proxy.resetCounts();
  const input = await runUpToTokens(store, paths, `${s3.place}/runs/scale`, new ThreadPool(2), (stage) => {
    found.set(stage, countsOf(s3.proxy));
    s3.proxy.resetCounts();
  });
  const { stages, total, shape } = forecastRun(input);
  assert.ok(shape.partitions > 1 && (shape.sources[0]?.pieces.length ?? 0) > 1);
  for (const [stage, counts] of found) {
    const both = requestKinds.map(
      (kind) => `${kind} ${counts[kind]}/${stages[stage].requests[kind].toFixed(1)}`,
    );
    t.diagnostic(`${stage}: ${both.filter((each) => !each.endsWith(' 0/0.0')).join(', ')}`);
  }
  for (const kind of requestKinds) {
    const all = [...found.values()].reduce((sum, counts) => sum + counts[kind], 0);
    const [least, most] = [total.requests[kind] * 0.95, total.requests[kind] * 1.05];
    assert.ok(
      all >= Math.floor(least) && all <= Math.ceil(most),
      `${all} ${kind}, forecast ${total.requests[kind]}`,
    );
  }
  assert.deepEqual(warnings, []);
});

function countsOf(proxy: S3Proxy): Readonly<Record<RequestKind, number>> {
  const counts = proxy.counts();
  const of = (kind: RequestKind): number => counts[kind]?.requests ?? 0;
  return Object.fromEntries(requestKinds.map((kind) => [kind, of(kind)])) as Record<RequestKind, number>;
}
