import { execFile } from 'node:child_process';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { cpus, homedir, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { makeCorpora, makeOneSource } from './corpora.js';
import type { Cost } from './measure.js';
import { copying, makePeers, ours, type Mixer } from './peers.js';

/**
 * Converts and mixes one set of corpora with Headrace's engine, with Headrace through Temporal, Python
 * `datasets`, orjson in memory and DuckDB, and prints a table in Markdown. With `--source-bytes` or `--rows`
 * one source alone is mixed, by ours.
 *
 *     npm run build
 *     node dist/bench/mix/main.js [--scale 1] [--repeat 3] [--only engine,datasets] [--dir <folder>]
 *     node dist/bench/mix/main.js --source-bytes 8e9 --repeat 1
 *     node dist/bench/mix/main.js --rows 2e6 --repeat 1
 */
const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    repeat: { type: 'string', default: '3' },
    only: { type: 'string' },
    'source-bytes': { type: 'string' },
    rows: { type: 'string' },
    dir: { type: 'string', default: join(homedir(), '.cache', 'headrace', 'bench') },
  },
});
const repeat = Number(values.repeat);
if (!(repeat >= 1)) throw new Error('--repeat must be at least 1');
await mkdir(values.dir, { recursive: true });
const kept = join(values.dir, 'mixed.jsonl');
const [engine, whole] = ours(isOneSource() ? 'ultrachat' : undefined);
const task = isOneSource() ? await oneSource() : await allCorpora(Number(values.scale));
const isWanted = ({ name }: Mixer): boolean =>
  values.only === undefined || values.only.split(',').some((part) => name.includes(part));
const mixers = [engine, whole, ...task.peers].flatMap((mixer) => mixer ?? []).filter(isWanted);
const load = loadavg()[0] ?? 0;
const best = new Map<Mixer, Result>();
// In turn, so that what else the machine does meets all of them.
for (let round = 0; round < repeat; round += 1)
  for (const mixer of mixers) {
    const result = await measured(mixer);
    const before = best.get(mixer);
    if (before === undefined || result.wallSeconds < before.wallSeconds) best.set(mixer, result);
  }
await rm(kept, { force: true });
process.stdout.write(table([...best.values()]));

interface Task {
  readonly folder: string;
  /** For the table's caption. */
  readonly said: string;
  readonly peers: readonly Mixer[];
}

function isOneSource(): boolean {
  return values.rows !== undefined || values['source-bytes'] !== undefined;
}

async function oneSource(): Promise<Task> {
  const rows = values.rows === undefined ? undefined : Number(values.rows);
  const bytes = Number(values['source-bytes'] ?? 0);
  const folder = await makeOneSource(values.dir, rows === undefined ? { bytes } : { rows });
  const { size } = await stat(join(folder, 'ultrachat.jsonl'));
  const said = `${rows === undefined ? 'one source' : `${rows} rows`}, ${(size / 1e6).toFixed(0)} MB`;
  return { folder, said, peers: [copying(kept)] };
}

async function allCorpora(scale: number): Promise<Task> {
  process.stderr.write(`Corpora at scale ${scale} in ${values.dir}\n`);
  const corpora = await makeCorpora(values.dir, scale);
  const said = Object.entries(corpora).map(([name, { bytes }]) => `${name} ${(bytes / 1e6).toFixed(0)} MB`);
  return {
    folder: dirname(corpora.ultrachat.paths[0] ?? ''),
    said: said.join(', '),
    peers: [...(await makePeers(values.dir)), copying(kept)],
  };
}

interface Result extends Cost {
  readonly name: string;
  readonly outBytes: number;
}

async function measured(mixer: Mixer): Promise<Result> {
  const out = join(values.dir, 'mix-out');
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  // What the last run wrote is not to be paid for by this one.
  await promisify(execFile)('sync');
  const cost = await mixer.run(task.folder, out);
  const outBytes = (await stat(join(out, 'train.jsonl'))).size;
  process.stderr.write(
    `${mixer.name}: ${cost.wallSeconds.toFixed(2)} s, CPU ${cost.cpuSeconds.toFixed(1)} s, ${(cost.peakBytes / 1e6).toFixed(0)} MB; ${cost.said}\n`,
  );
  if (mixer === engine) await rename(join(out, 'train.jsonl'), kept);
  await rm(out, { recursive: true, force: true });
  return { name: mixer.name, ...cost, outBytes };
}

function table(all: readonly Result[]): string {
  const reference = all.find(({ name }) => name === engine?.name);
  const ratio = ({ wallSeconds }: Result): string =>
    reference === undefined ? '' : (wallSeconds / reference.wallSeconds).toFixed(2);
  const rows = all.map((result) =>
    [
      result.name,
      result.wallSeconds.toFixed(1),
      ratio(result),
      result.cpuSeconds.toFixed(1),
      (result.peakBytes / 1e6).toFixed(0),
      (result.outBytes / 1e6).toFixed(0),
    ].join(' | '),
  );
  return [
    `${task.said}; ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, load ${load.toFixed(1)} before; Node ${process.version}; best wall time of ${repeat}`,
    '',
    '| | wall s | times the engine | CPU s | peak RSS MB | train.jsonl MB |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}
