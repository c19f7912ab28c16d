import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openS3Store } from '../../activities/artifacts/s3/open-s3-store.js';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import { forecastRun } from '../../core/forecast/forecast.js';
import { requestKinds } from '../../core/forecast/requests.js';
import { startS3Proxy } from '../../dev/s3/proxy.js';
import { startS3 } from '../../dev/s3/server.js';
import { availableCores } from '../../files/cores.js';
import { runUpToTokens } from '../../test/support/scale-run.js';
import { markdownTable } from '../markdown-table.js';
import { makeOneSource } from '../mix/corpora.js';

const bucket = 'headrace-bench';

/** Runs a source of so many bytes over an S3 server, and compares its requests with the forecast. */
export async function compareRequests(dir: string, bytes: number): Promise<string> {
  const path = join(await makeOneSource(dir, { bytes }), 'ultrachat.jsonl');
  const own = join(dir, 'scale');
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true });
  const server = await startS3({ stateDir: join(own, 's3'), buckets: [bucket], log: () => undefined });
  const proxy = await startS3Proxy({ target: server.url, key: server.key });
  const threads = new ThreadPool(availableCores());
  try {
    const place = `s3://${bucket}/store`;
    const store = await openS3Store(place, {
      env: {
        HEADRACE_CACHE: join(own, 'cache'),
        AWS_ENDPOINT_URL_S3: proxy.url,
        AWS_REGION: server.region,
        AWS_ACCESS_KEY_ID: server.key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.key.secretAccessKey,
      },
      count: () => undefined,
      onWarning: (message) => void process.stderr.write(`${message}\n`),
    });
    proxy.resetCounts();
    const started = performance.now();
    const input = await runUpToTokens(store, [path], `${place}/runs/scale`, threads);
    const seconds = (performance.now() - started) / 1000;
    const { total } = forecastRun(input);
    const counts = proxy.counts();
    const rows = requestKinds.map((kind) => {
      const found = counts[kind]?.requests ?? 0;
      const forecast = total.requests[kind];
      const off = forecast === 0 ? '' : `${(100 * (found / forecast - 1)).toFixed(1)} %`;
      return [kind, String(found), forecast.toFixed(0), off];
    });
    const table = markdownTable(['request', 'counted', 'forecast', 'difference'], rows);
    return `${(bytes / 1e9).toFixed(1)} GB from its files to its tokens, one worker, ${seconds.toFixed(0)} s\n\n${table}`;
  } finally {
    await proxy.close();
    await server.close();
    await rm(own, { recursive: true, force: true });
  }
}
