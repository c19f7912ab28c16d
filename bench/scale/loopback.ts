import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startS3 } from '../../dev/s3/server.js';
import { markdownTable } from '../markdown-table.js';
import { measure } from '../measure.js';
import { makeCorpora } from '../mix/corpora.js';
import { fastestOfRounds } from '../rounds.js';

const bucket = 'headrace-bench';

/** The mix of `bench mix` on a store in a folder and on one in a bucket of a local S3 server. */
export async function compareMedia(dir: string, scale: number, rounds: number): Promise<string> {
  const corpora = await makeCorpora(dir, scale);
  const own = join(dir, 'scale');
  const ours = fileURLToPath(new URL('./ours.js', import.meta.url));
  const candidates = [
    { name: 'a folder', place: join(own, 'store'), out: join(own, 'out') },
    { name: 'a bucket', place: `s3://${bucket}/store`, out: `s3://${bucket}/store/runs/scale` },
  ] as const;
  const results = await fastestOfRounds(candidates, rounds, async ({ place, out }) => {
    await rm(own, { recursive: true, force: true });
    await mkdir(own, { recursive: true });
    const server = await startS3({ stateDir: join(own, 's3'), buckets: [bucket], log: () => undefined });
    try {
      const cost = await measure({
        file: process.execPath,
        args: [ours, corpora, place, out],
        env: {
          ...process.env,
          HEADRACE_CACHE: join(own, 'cache'),
          AWS_ENDPOINT_URL_S3: server.url,
          AWS_REGION: server.region,
          AWS_ACCESS_KEY_ID: server.key.accessKeyId,
          AWS_SECRET_ACCESS_KEY: server.key.secretAccessKey,
        },
      });
      // Without the import, which a run does once.
      return { ...cost, wallSeconds: Number(cost.output.split(' ')[0]) };
    } finally {
      await server.close();
      await rm(own, { recursive: true, force: true });
    }
  });
  const [local] = results.values();
  const rows = [...results].map(([{ name }, { wallSeconds, cpuSeconds, peakBytes, output }]) => [
    name,
    wallSeconds.toFixed(1),
    (wallSeconds / (local?.wallSeconds ?? 1)).toFixed(2),
    cpuSeconds.toFixed(1),
    (peakBytes / 1e6).toFixed(0),
    output.split(' ')[1]?.slice(0, 12) ?? '',
  ]);
  return markdownTable(
    ['store in', 'mix s', 'times a folder', 'CPU s with import', 'peak RSS MB', 'train.jsonl'],
    rows,
  );
}
