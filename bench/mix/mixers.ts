import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../../dev/python/environment.js';
import { measure, type Cost } from '../measure.js';
import { mixThroughTemporal } from './through-temporal.js';

/** A program that makes `train.jsonl` of the corpora. */
export interface Mixer {
  readonly name: string;
  /** @param out - an empty folder. */
  run(corpora: string, out: string): Promise<Cost>;
}

/** @param only - the name of the one source that is mixed. @default all */
export function engine(only?: string): Mixer {
  const program = fileURLToPath(new URL('./ours.js', import.meta.url));
  const source = only === undefined ? [] : [only];
  return {
    name: 'headrace, the engine',
    run: (corpora, out) =>
      measure({ file: process.execPath, args: [program, corpora, join(out, 'store'), out, ...source] }),
  };
}

/** @param only - the name of the one source that is mixed. @default all */
export function throughTemporal(only?: string): Mixer {
  return {
    name: 'headrace, through Temporal',
    run: (corpora, out) => mixThroughTemporal(corpora, out, only),
  };
}

/** Other tools, in Python. The first run of one installs their packages. */
export const peers: readonly Mixer[] = [
  scripted('Python `datasets`, `num_proc=2`', 'datasets_mix.py'),
  scripted('Python, orjson, in memory', 'orjson_mix.py'),
  scripted('DuckDB, 2 threads', 'duckdb_mix.py'),
];

/** The path of a script in `python/`: `tsc` does not copy them to dist/. */
export function scriptPath(file: string): string {
  return fileURLToPath(new URL(`../../../bench/mix/python/${file}`, import.meta.url));
}

function scripted(name: string, file: string): Mixer {
  const script = scriptPath(file);
  return {
    name,
    run: async (corpora, out) => {
      const { python } = await pythonEnvironment('mix');
      return measure({ file: python, args: [script, corpora, out] });
    },
  };
}

/** Copies `path`, the output of another mixer, and waits for the disk. */
export function copying(path: string): Mixer {
  return {
    name: '`cat` and `sync` of the output',
    run: (_, out) =>
      measure({
        file: 'sh',
        args: ['-c', 'cat "$1" > "$2" && sync "$2"', 'sh', path, join(out, 'train.jsonl')],
      }),
  };
}
