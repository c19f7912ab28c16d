import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineBench } from '../bench.js';
import { markdownTable } from '../markdown-table.js';
import { makeOneSource } from '../mix/corpora.js';
import { benchDir, machine } from '../rounds.js';
import { compareMedia } from './loopback.js';
import { compareRequests } from './requests.js';
import { speedOf, type Speed } from './speed-up.js';

const numbers = z.string().transform((text) => text.split(',').map(Number));

const Options = z.object({
  gigabytes: numbers.optional().describe('counts requests at these sizes, e.g. 1,3,8, against the forecast'),
  workers: numbers.optional().describe('runs with so many workers, e.g. 1,2,4,8'),
  media: z.coerce.number().positive().optional().describe('mixes corpora of this scale on both media'),
  cores: z.coerce.number().min(0).default(0.2).describe('of each worker, in a control group; 0: no limit'),
  megabytes: z.coerce.number().positive().default(400).describe('size of the source for --workers'),
  repeat: z.coerce
    .number()
    .int()
    .positive()
    .default(3)
    .describe('rounds of --media, of which the best counts'),
  dir: z.string().default(benchDir).describe('where the corpora are kept'),
});

/** A store in a bucket: its requests, several workers, and how much slower it is than a folder. */
export const scaleBench = defineBench({
  summary: 'a store in a bucket of a local S3 server: requests against the forecast, speed-up by workers',
  options: Options,
  run: async ({ gigabytes = [], workers = [], media, cores, megabytes, repeat, dir }) => {
    await mkdir(dir, { recursive: true });
    const parts: string[] = [];
    for (const size of gigabytes) parts.push(await compareRequests(dir, size * 1e9));
    if (workers.length > 0) parts.push(await speedUp(dir, workers, cores, megabytes));
    if (media !== undefined) parts.push(await compareMedia(dir, media, repeat));
    return `${machine()}\n\n${parts.join('\n\n')}`;
  },
});

async function speedUp(
  dir: string,
  counts: readonly number[],
  cores: number,
  megabytes: number,
): Promise<string> {
  const path = join(await makeOneSource(dir, { bytes: megabytes * 1e6 }), 'ultrachat.jsonl');
  const speeds: Speed[] = [];
  for (const workers of counts) {
    const speed = await speedOf(dir, path, workers, cores);
    process.stderr.write(`${workers} workers: ${speed.seconds.toFixed(1)} s\n`);
    speeds.push(speed);
  }
  const first = speeds[0];
  const rows = speeds.map(({ workers, seconds, cpuSeconds }) => {
    const mean = cpuSeconds.reduce((sum, each) => sum + each, 0) / workers;
    return [
      String(workers),
      seconds.toFixed(1),
      ((first?.seconds ?? 0) / seconds).toFixed(2),
      (mean * workers).toFixed(1),
      (Math.max(...cpuSeconds) / mean).toFixed(2),
    ];
  });
  const limit = cores > 0 ? `${cores} of a processor each` : 'without a limit';
  const caption = `${megabytes} MB from imported files to tokens, workers of ${limit}`;
  const columns = ['workers', 's', 'speed-up', 'CPU s of all', 'busiest, times the mean'];
  return `${caption}\n\n${markdownTable(columns, rows)}`;
}
