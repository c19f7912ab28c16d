import { randomFillSync } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startS3, type S3Server } from '../../dev/s3/server.js';
import { defineBench } from '../bench.js';
import { markdownTable } from '../markdown-table.js';
import { measure, type Command, type Cost } from '../measure.js';
import { benchDir, fastestOfRounds, machine } from '../rounds.js';

const Options = z.object({
  files: z.coerce.number().int().positive().default(15).describe('number of files'),
  megabytes: z.coerce.number().positive().default(100).describe('size of a file'),
  repeat: z.coerce.number().int().positive().default(3).describe('rounds, of which the best counts'),
});

const bucket = 'headrace-bench';
const place = `s3://${bucket}/store`;

interface Candidate {
  readonly name: string;
  readonly way: 'to the bucket' | 'to this disk';
  readonly command: Command;
}

/** Files into a bucket of a local S3 server and back, with the store and with curl. */
export const storeBench = defineBench({
  summary: 'files into a bucket and back, with Headrace and with curl',
  options: Options,
  run: async ({ files, megabytes, repeat }) => {
    const dir = join(benchDir, 'store');
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir, { recursive: true });
    const server = await startS3({ stateDir: join(dir, 's3'), buckets: [bucket], log: () => undefined });
    try {
      await mkdir(join(dir, 'files'));
      for (let file = 0; file < files; file += 1)
        await writeFile(join(dir, 'files', `file-${file}`), megabytes);
      const results = await fastestOfRounds(candidates(server, dir, files), repeat, async (candidate) => {
        await rm(join(dir, 'cache'), { recursive: true, force: true });
        await rm(join(dir, 'back'), { recursive: true, force: true });
        // Each run of the store puts a new artifact.
        if (candidate.name === 'Headrace' && candidate.way === 'to the bucket')
          await rm(join(server.bucketDir(bucket), 'store'), { recursive: true, force: true });
        return await measure(candidate.command);
      });
      const caption = `${files} files of ${megabytes} MB; ${machine()}; best wall time of ${repeat}`;
      return `${caption}\n\n${table(results, files * megabytes)}`;
    } finally {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    }
  },
});

function candidates({ url, key, region }: S3Server, dir: string, files: number): Candidate[] {
  const [folder, back] = [join(dir, 'files'), join(dir, 'back')];
  const env = {
    ...process.env,
    HEADRACE_CACHE: join(dir, 'cache'),
    AWS_ENDPOINT_URL_S3: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  };
  const ours = fileURLToPath(new URL('./ours.js', import.meta.url));
  const signed = [
    '--silent',
    '--fail',
    '--show-error',
    '--aws-sigv4',
    `aws:amz:${region}:s3`,
    '--user',
    `${key.accessKeyId}:${key.secretAccessKey}`,
    '--header',
    'x-amz-content-sha256: UNSIGNED-PAYLOAD',
  ];
  const last = files - 1;
  const node = (...args: string[]): Command => ({ file: process.execPath, args: [ours, ...args], env });
  const curl = (...args: string[]): Command => ({ file: 'curl', args: [...signed, ...args] });
  return [
    {
      name: 'curl',
      way: 'to the bucket',
      command: curl('--upload-file', `${folder}/file-[0-${last}]`, `${url}/${bucket}/`),
    },
    { name: 'Headrace', way: 'to the bucket', command: node('put', place, folder) },
    {
      name: 'curl',
      way: 'to this disk',
      command: curl('--create-dirs', '--output', `${back}/file-#1`, `${url}/${bucket}/file-[0-${last}]`),
    },
    { name: 'Headrace', way: 'to this disk', command: node('bring', place, back) },
  ];
}

async function writeFile(path: string, megabytes: number): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    for (let written = 0; written < megabytes; written += 1)
      await handle.write(randomFillSync(Buffer.alloc(1e6)));
  } finally {
    await handle.close();
  }
}

function table(results: ReadonlyMap<Candidate, Cost>, megabytes: number): string {
  const rows = [...results].map(([{ name, way }, { wallSeconds, cpuSeconds, peakBytes, output }]) => [
    name,
    way,
    wallSeconds.toFixed(2),
    (megabytes / wallSeconds).toFixed(0),
    cpuSeconds.toFixed(2),
    (peakBytes / 1e6).toFixed(0),
    output,
  ]);
  const columns = ['client', 'way', 'wall s', 'MB/s', 'CPU s', 'peak RSS MB', ''];
  return markdownTable(columns, rows, ['client', 'way', '']);
}
