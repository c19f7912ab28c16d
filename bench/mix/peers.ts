import { execFile } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { measure, type Command, type Cost } from './measure.js';
import { mixThroughTemporal } from './through-temporal.js';

const run = promisify(execFile);

/** What `pip` installs into a folder of the bench, pinned so that a table can be made again. */
const packages = ['datasets==5.2.0', 'orjson==3.13.0', 'duckdb==2.0.0', 'pyarrow==26.0.1'] as const;

/** What makes `train.jsonl` of the corpora. */
export interface Mixer {
  readonly name: string;
  /** @param out - an empty folder. */
  run(corpora: string, out: string): Promise<Cost>;
}

/** Compiled code lies two folders deeper than the scripts. */
const script = (name: string): string =>
  fileURLToPath(new URL(`../../../bench/mix/python/${name}`, import.meta.url));

/** @param only - the one source that is mixed. @default all */
export function ours(only?: string): readonly Mixer[] {
  const engine = fileURLToPath(new URL('./ours.js', import.meta.url));
  return [
    program('headrace, the engine', (corpora, out) => ({
      file: process.execPath,
      args: [engine, corpora, join(out, 'store'), out, ...(only === undefined ? [] : [only])],
    })),
    { name: 'headrace, through Temporal', run: (corpora, out) => mixThroughTemporal(corpora, out, only) },
  ];
}

function program(name: string, command: (corpora: string, out: string) => Command): Mixer {
  return { name, run: (corpora, out) => measure(command(corpora, out)) };
}

/** Python's are installed into `benchDir` where they are missing. */
export async function makePeers(benchDir: string): Promise<readonly Mixer[]> {
  const python = await pythonWithPeers(join(benchDir, 'python-mix'));
  const scripted = (name: string, file: string): Mixer =>
    program(name, (corpora, out) => ({ file: python, args: [script(file), corpora, out] }));
  return [
    scripted('Python `datasets`, `num_proc=2`', 'datasets_mix.py'),
    scripted('Python, orjson, in memory', 'orjson_mix.py'),
    scripted('DuckDB, 2 threads', 'duckdb_mix.py'),
  ];
}

/** Copies a file that the first of the mixers made, and waits for the disk. */
export function copying(path: string): Mixer {
  return program('`cat` and `sync` of the output', (_, out) => ({
    file: 'sh',
    args: ['-c', 'cat "$1" > "$2" && sync "$2"', 'sh', path, join(out, 'train.jsonl')],
  }));
}

async function pythonWithPeers(dir: string): Promise<string> {
  const python = join(dir, 'bin', 'python');
  const marker = join(dir, 'installed');
  const isThere = await access(marker).then(
    () => true,
    () => false,
  );
  if (isThere) return python;
  await mkdir(dir, { recursive: true });
  process.stderr.write(`Installing ${packages.join(', ')} into ${dir}\n`);
  await run('python3', ['-m', 'venv', dir]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
  await writeFile(marker, packages.join('\n'));
  return python;
}
