import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { defineBench } from '../bench.js';
import { benchDir, fastestOfRounds, machine } from '../rounds.js';
import { sourcesAlone } from './by-source.js';
import { corporaBytes, makeCorpora } from './corpora.js';
import type { Mixer } from './mixers.js';
import { inShape, parquetShapes } from './parquet-shapes.js';
import { allCorpora, oneSource, type Result, type Task } from './tasks.js';

const Options = z.object({
  scale: z.coerce.number().positive().default(1).describe('size of the corpora; 1 is 1.2 GB'),
  'source-bytes': z.coerce.number().positive().optional().describe('mixes one source of so many bytes'),
  parquet: z
    .enum(parquetShapes)
    .default('small-groups')
    .describe(`how parquet is written: ${parquetShapes.join(', ')}`),
  by: z
    .enum(['mixer', 'source'])
    .default('mixer')
    .describe('mixer: all corpora by each program; source: each source alone by the engine'),
  rows: z.coerce.number().int().positive().optional().describe('mixes one source of so many short rows'),
  repeat: z.coerce.number().int().positive().default(3).describe('rounds, of which the best counts'),
  only: z.string().optional().describe('parts of names of what is run, separated by commas'),
  dir: z.string().default(benchDir).describe('where the corpora are kept'),
});

/** Mixes one set of corpora with Headrace's engine, with Headrace through Temporal and with other tools. */
export const mixBench = defineBench({
  summary: 'converts and mixes corpora with Headrace, Python datasets, orjson and DuckDB',
  options: Options,
  run: async (options) => {
    const { dir, only, repeat } = options;
    await mkdir(dir, { recursive: true });
    const kept = join(dir, 'mixed.jsonl');
    const task = await taskOf(options, kept);
    const mixers = task.mixers.filter(
      ({ name }) => only === undefined || only.split(',').some((part) => name.includes(part)),
    );
    const load = loadavg()[0] ?? 0;
    const fastest = await fastestOfRounds(mixers, repeat, (mixer) => runMixer(mixer, task, dir, kept));
    await rm(kept, { force: true });
    const caption = `${task.description}; ${machine()}, load ${load.toFixed(1)} before; best wall time of ${repeat}`;
    return `${caption}\n\n${task.table(fastest)}`;
  },
});

async function taskOf(options: z.infer<typeof Options>, kept: string): Promise<Task> {
  const { dir, scale, rows, parquet, by, 'source-bytes': bytes } = options;
  if (rows !== undefined) return oneSource(dir, { rows }, kept);
  if (bytes !== undefined) return oneSource(dir, { bytes }, kept);
  process.stderr.write(`Corpora at scale ${scale} in ${dir}\n`);
  const folder = await inShape(await makeCorpora(dir, scale), parquet);
  const sizes = [...(await corporaBytes(folder))].map(
    ([name, size]) => `${name} ${(size / 1e6).toFixed(0)} MB`,
  );
  const description = `${sizes.join(', ')}, parquet as ${parquet}`;
  return by === 'source' ? sourcesAlone(dir, folder, description) : allCorpora(folder, description, kept);
}

async function runMixer(mixer: Mixer, task: Task, dir: string, kept: string): Promise<Result> {
  const out = join(dir, 'mix-out');
  const train = join(out, 'train.jsonl');
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  try {
    const cost = await mixer.run(task.folder, out);
    const outBytes = (await stat(train)).size;
    if (mixer === task.mixers[0]) await rename(train, kept);
    return { ...cost, outBytes };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
