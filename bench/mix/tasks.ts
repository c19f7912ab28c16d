import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { markdownTable } from '../markdown-table.js';
import type { Cost } from '../measure.js';
import { makeOneSource, type OneSource } from './corpora.js';
import { copying, engine, peers, throughTemporal, type Mixer } from './mixers.js';

export interface Result extends Cost {
  readonly outBytes: number;
}

/** The fastest run of each mixer. */
export type Results = ReadonlyMap<Mixer, Result>;

/** What the benchmark does. */
export interface Task {
  /** The folder of the corpora. */
  readonly folder: string;
  /** For the table's caption. */
  readonly description: string;
  readonly mixers: readonly Mixer[];
  readonly table: (fastest: Results) => string;
}

/** All corpora, by Headrace and by other tools. @param kept - the output of the first mixer. */
export function allCorpora(folder: string, description: string, kept: string): Task {
  const mixers = [engine(), throughTemporal(), ...peers, copying(kept)];
  return { folder, description, mixers, table: timesTheFirst };
}

/** One source of a given size, by Headrace. @param kept - the output of the first mixer. */
export async function oneSource(dir: string, size: OneSource, kept: string): Promise<Task> {
  const folder = await makeOneSource(dir, size);
  const bytes = (await stat(join(folder, 'ultrachat.jsonl'))).size;
  return {
    folder,
    description: `${size.rows === undefined ? 'one source' : `${size.rows} rows`}, ${(bytes / 1e6).toFixed(0)} MB`,
    mixers: [engine('ultrachat'), throughTemporal('ultrachat'), copying(kept)],
    table: timesTheFirst,
  };
}

function timesTheFirst(fastest: Results): string {
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
