import { markdownTable } from '../markdown-table.js';
import { corpora, corporaBytes, makeOneSource } from './corpora.js';
import { engine, type Mixer } from './mixers.js';
import type { Results, Task } from './tasks.js';

/** So few rows that a run of them is the start of the engine and its end. */
const fewRows = 40;

/** Each source alone by the engine: what a megabyte of it takes. */
export async function sourcesAlone(dir: string, folder: string, description: string): Promise<Task> {
  const few = await makeOneSource(dir, { rows: fewRows });
  const start: Mixer = {
    name: `${fewRows} short rows`,
    run: (_, out) => engine('ultrachat').run(few, out),
  };
  const bytes = await corporaBytes(folder);
  const mixers = [start, ...corpora.map((name) => ({ ...engine(name), name }))];
  return { folder, description, mixers, table: (fastest) => table(fastest, start, bytes) };
}

function table(fastest: Results, start: Mixer, bytes: ReadonlyMap<string, number>): string {
  const startSeconds = fastest.get(start)?.cpuSeconds ?? 0;
  const rows = [...fastest].map(([{ name }, { wallSeconds, cpuSeconds, peakBytes }]) => {
    const megabytes = (bytes.get(name) ?? 0) / 1e6;
    return [
      name,
      megabytes.toFixed(0),
      wallSeconds.toFixed(1),
      cpuSeconds.toFixed(1),
      megabytes === 0 ? '' : ((1000 * (cpuSeconds - startSeconds)) / megabytes).toFixed(1),
      (peakBytes / 1e6).toFixed(0),
    ];
  });
  return markdownTable(
    ['one source', 'MB', 'wall s', 'CPU s', 'CPU ms a MB, less the start', 'peak RSS MB'],
    rows,
  );
}
