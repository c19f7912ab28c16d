import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { defineBench } from '../bench.js';
import { markdownTable } from '../markdown-table.js';
import type { Cost } from '../measure.js';
import { benchDir, fastestOfRounds, machine } from '../rounds.js';
import { makeCorpora, makeOneSource } from './corpora.js';
import { copying, engine, peers, throughTemporal, type Mixer } from './mixers.js';

const Options = z.object({
  scale: z.coerce.number().positive().default(1).describe('size of the corpora; 1 is 1.2 GB'),
  'source-bytes': z.coerce.number().positive().optional().describe('mixes one source of so many bytes'),
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
    const task = await taskOf(options);
    const kept = join(dir, 'mixed.jsonl');
    const mixers = [...task.mixers, copying(kept)].filter(
      ({ name }) => only === undefined || only.split(',').some((part) => name.includes(part)),
    );
    const load = loadavg()[0] ?? 0;
    const fastest = await fastestOfRounds(mixers, repeat, (mixer) => runMixer(mixer, task, dir, kept));
    await rm(kept, { force: true });
    const caption = `${task.description}; ${machine()}, load ${load.toFixed(1)} before; best wall time of ${repeat}`;
    return `${caption}\n\n${table(fastest)}`;
  },
});

interface Task {
  /** The folder of the corpora. */
  readonly folder: string;
  /** For the table's caption. */
  readonly description: string;
  readonly mixers: readonly Mixer[];
}

interface Result extends Cost {
  readonly outBytes: number;
}

async function taskOf({ dir, scale, rows, 'source-bytes': bytes }: z.infer<typeof Options>): Promise<Task> {
  if (rows === undefined && bytes === undefined) return allCorpora(dir, scale);
  const folder = await makeOneSource(dir, rows === undefined ? { bytes: bytes ?? 0 } : { rows });
  const { size } = await stat(join(folder, 'ultrachat.jsonl'));
  return {
    folder,
    description: `${rows === undefined ? 'one source' : `${rows} rows`}, ${(size / 1e6).toFixed(0)} MB`,
    mixers: [engine('ultrachat'), throughTemporal('ultrachat')],
  };
}

async function allCorpora(dir: string, scale: number): Promise<Task> {
  process.stderr.write(`Corpora at scale ${scale} in ${dir}\n`);
  const corpora = await makeCorpora(dir, scale);
  const sizes = Object.entries(corpora).map(([name, { bytes }]) => `${name} ${(bytes / 1e6).toFixed(0)} MB`);
  return {
    folder: dirname(corpora.ultrachat.paths[0] ?? ''),
    description: sizes.join(', '),
    mixers: [engine(), throughTemporal(), ...peers],
  };
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

function table(fastest: ReadonlyMap<Mixer, Result>): string {
  const reference = [...fastest.values()][0]?.wallSeconds ?? 0;
  const rows = [...fastest].map(([{ name }, { wallSeconds, cpuSeconds, peakBytes, outBytes }]) => [
    name,
    wallSeconds.toFixed(1),
    (wallSeconds / reference).toFixed(2),
    cpuSeconds.toFixed(1),
    (peakBytes / 1e6).toFixed(0),
    (outBytes / 1e6).toFixed(0),
  ]);
  return markdownTable(['', 'wall s', 'times the first', 'CPU s', 'peak RSS MB', 'train.jsonl MB'], rows);
}
