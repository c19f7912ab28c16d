import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineBench } from '../bench.js';
import { markdownTable } from '../markdown-table.js';
import { measure, type Cost } from '../measure.js';
import { benchDir, fastestOfRounds, machine } from '../rounds.js';
import { BenchHub, type Served } from './bench-hub.js';
import { clients, type Client } from './clients.js';

const Options = z.object({
  files: z.coerce.number().int().positive().default(3).describe('number of files'),
  megabytes: z.coerce.number().positive().default(500).describe('size of a file'),
  rate: z.coerce.number().positive().optional().describe('MB/s of a connection'),
  repeat: z.coerce.number().int().positive().default(3).describe('rounds, of which the best counts'),
  only: z.string().optional().describe('a part of the names of the clients that run'),
});
type Options = z.infer<typeof Options>;

/** A client, either undisturbed or killed once when half of the bytes were served. */
interface Candidate {
  readonly name: string;
  readonly client: Client;
  readonly isKilled: boolean;
}

interface Result extends Cost {
  readonly served: Served;
}

/** Downloads the same files from one local Hub with Headrace and with other clients. */
export const downloadBench = defineBench({
  summary: 'downloads from a local Hub with Headrace, hf, @huggingface/hub and curl',
  options: Options,
  run: async (options) => {
    const hub = await BenchHub.start(benchDir, options.files, options.megabytes);
    try {
      const chosen = clients.filter(({ name }) => options.only === undefined || name.includes(options.only));
      const results: [Candidate, Result][] = [];
      for (const isKilled of [false, true]) {
        const candidates = chosen.map((client): Candidate => ({
          name: isKilled ? `${client.name}, killed` : client.name,
          client,
          isKilled,
        }));
        const run = (candidate: Candidate): Promise<Result> => download(candidate, hub, options);
        results.push(...(await fastestOfRounds(candidates, options.repeat, run)));
      }
      return `${caption(options)}\n\n${table(results, totalBytes(options))}`;
    } finally {
      hub.close();
    }
  },
});

async function download({ client, isKilled }: Candidate, hub: BenchHub, options: Options): Promise<Result> {
  const folder = join(benchDir, 'out');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await hub.reset(options.rate === undefined ? undefined : options.rate * 1e6);
  try {
    const command = await client.command(hub.download, folder);
    const isHalf = async (): Promise<boolean> => (await hub.served()).bytes >= totalBytes(options) / 2;
    const costs = isKilled ? [await measure(command, isHalf)] : [];
    const last = await measure(command);
    costs.push(last);
    const sum = (of: (cost: Cost) => number): number => costs.reduce((total, cost) => total + of(cost), 0);
    return {
      wallSeconds: sum(({ wallSeconds }) => wallSeconds),
      cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
      peakBytes: Math.max(...costs.map(({ peakBytes }) => peakBytes)),
      output: '',
      served: await hub.served(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function totalBytes({ files, megabytes }: Options): number {
  return files * megabytes * 1e6;
}

function caption({ files, megabytes, rate, repeat }: Options): string {
  const limit = rate === undefined ? '' : `, each connection limited to ${rate} MB/s`;
  return `${files} files of ${megabytes} MB${limit}; ${machine()}; best wall time of ${repeat}`;
}

function table(results: readonly (readonly [Candidate, Result])[], bytes: number): string {
  const rows = results.map(([{ client, isKilled }, { wallSeconds, cpuSeconds, peakBytes, served }]) => [
    client.name,
    isKilled ? 'at half' : 'no',
    wallSeconds.toFixed(2),
    (bytes / 1e6 / wallSeconds).toFixed(0),
    cpuSeconds.toFixed(2),
    (peakBytes / 1e6).toFixed(0),
    (served.bytes / 1e6).toFixed(0),
    String(served.mostAtOnce),
  ]);
  return markdownTable(
    ['client', 'kill', 'wall s', 'MB/s', 'CPU s', 'peak RSS MB', 'MB requested', 'connections'],
    rows,
    ['client', 'kill'],
  );
}
