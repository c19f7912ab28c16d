import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAll } from '../../files/file-writer.js';
import { float64, int64, list, parquetFile, struct, text, type Column } from '../../dev/corpora/parquet.js';
import { lmsysColumns } from '../../dev/corpora/parquet-columns.js';
import { lmsysRow, magpieRow, moderationCategories, prosocialRows, ultrachatRow } from './rows.js';
import { TextSource } from './text.js';

/** Bytes of the corpora at scale 1. */
const fullBytes = { ultrachat: 800e6, lmsys: 240e6, magpie: 120e6, prosocial: 85e6 } as const;
/** The names with which their files begin. */
export const corpora = ['ultrachat', 'lmsys', 'magpie', 'prosocial'] as const;

/** Changes when the generator does, so that an older set is not taken for this one. */
const generation = 1;
/** One row in 50 is that of before once more. */
const repeated = 0.02;
const fileRows = { lmsys: 12_000, magpie: 10_000 } as const;

/** One source alone, for what grows with its size or its rows. */
export interface OneSource {
  /** Of UltraChat-like rows; or … */
  readonly bytes?: number;
  /** … so many short rows, no two alike. */
  readonly rows?: number;
}

/** Makes a folder with `ultrachat.jsonl` alone, unless it is there. */
export async function makeOneSource(dir: string, { bytes, rows }: OneSource): Promise<string> {
  return madeFolder(join(dir, `one-${generation}-${bytes ?? 0}-${rows ?? 0}`), (aside) => {
    const path = join(aside, 'ultrachat.jsonl');
    if (rows === undefined) writeLines(path, bytes ?? 0, ultrachatLines());
    else writeLines(path, Infinity, shortLines(rows));
  });
}

/** Returns a folder that `make` fills, unless it is there. It gets its name when it is complete. */
export async function madeFolder(
  folder: string,
  make: (aside: string) => Promise<void> | void,
): Promise<string> {
  if (await stat(folder).catch(() => undefined)) return folder;
  const aside = `${folder}.part`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  await make(aside);
  await rename(aside, folder);
  return folder;
}

function* shortLines(rows: number): Generator<string> {
  for (let row = 0; row < rows; row += 1)
    yield `{"id":${row},"messages":[{"role":"user","content":"Question ${row}?"},{"role":"assistant","content":"Answer ${row * 7} of ${rows}."}]}\n`;
}

/**
 * Makes the corpora set under `dir`, unless it is there. Equal scales give equal bytes. Returns its folder.
 *
 * @param scale - 1 is 800 MB of UltraChat-like JSON lines, 240 MB of LMSYS and 120 MB of Magpie parquet, 85
 *   MB of prosocial JSON lines.
 */
export async function makeCorpora(dir: string, scale: number): Promise<string> {
  return madeFolder(join(dir, `corpora-${generation}-${scale}`), async (aside) => {
    const columns = lmsysColumns(moderationCategories);
    await writeParquet(aside, 'lmsys', columns, lmsysRow, fullBytes.lmsys * scale);
    await writeParquet(aside, 'magpie', magpieColumns, magpieRow, fullBytes.magpie * scale);
    writeLines(join(aside, 'ultrachat.jsonl'), fullBytes.ultrachat * scale, ultrachatLines());
    writeLines(join(aside, 'prosocial.json'), fullBytes.prosocial * scale, prosocialLines());
  });
}

/** Bytes of each corpus in a folder. */
export async function corporaBytes(folder: string): Promise<ReadonlyMap<string, number>> {
  const names = await readdir(folder);
  const sizeOf = async (corpus: string): Promise<[string, number]> => {
    const own = names.filter((name) => name.startsWith(corpus));
    const sizes = await Promise.all(own.map(async (name) => (await stat(join(folder, name))).size));
    return [corpus, sizes.reduce((sum, size) => sum + size, 0)];
  };
  return new Map(await Promise.all(corpora.map(sizeOf)));
}

function writeLines(path: string, bytes: number, lines: Iterable<string>): void {
  const descriptor = openSync(path, 'wx');
  try {
    let written = 0;
    for (const line of lines) {
      const block = Buffer.from(line);
      writeAll(descriptor, block);
      written += block.length;
      if (written >= bytes) return;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Endless, with duplicates. */
function* ultrachatLines(): Generator<string> {
  const source = new TextSource('ultrachat');
  let last = '';
  for (;;) {
    if (last === '' || !source.random.chance(repeated)) last = `${JSON.stringify(ultrachatRow(source))}\n`;
    yield last;
  }
}

/** Rows of a dialogue are neighbours, but for one in twenty that comes later. */
function* prosocialLines(): Generator<string> {
  const source = new TextSource('prosocial');
  const later: string[] = [];
  for (let dialogue = 0; ; dialogue += 1) {
    const lines = prosocialRows(source, dialogue).map((row) => `${JSON.stringify(row)}\n`);
    for (const line of lines)
      if (source.random.chance(0.05)) later.push(line);
      else yield line;
    if (later.length > 100) yield* later.splice(0);
  }
}

async function writeParquet(
  dir: string,
  name: keyof typeof fileRows,
  columns: readonly Column[],
  row: (source: TextSource) => object,
  bytes: number,
): Promise<void> {
  const source = new TextSource(name);
  let files = 0;
  // The rows of a file follow from a small sample, so that the last file is not far too large.
  const sample = parquetFile(
    Array.from({ length: 500 }, () => row(source)),
    columns,
    1000,
  );
  const rowBytes = sample.length / 500;
  for (let left = Math.ceil(bytes / rowBytes); left > 0; left -= fileRows[name]) {
    const rows: object[] = [];
    for (let index = 0; index < Math.min(left, fileRows[name]); index += 1) {
      const before = rows.at(-1);
      rows.push(before !== undefined && source.random.chance(repeated) ? before : row(source));
    }
    const file = `${name}-${String(files).padStart(5, '0')}.parquet`;
    await writeFile(join(dir, file), parquetFile(rows, columns, 1000));
    files += 1;
  }
}

const magpieColumns: readonly Column[] = [
  text('uuid'),
  text('model'),
  struct(
    'gen_input_configs',
    float64('temperature'),
    float64('top_p'),
    text('input_generator'),
    text('seed'),
    text('pre_query_template'),
  ),
  text('instruction'),
  text('response'),
  list('conversations', (name) => struct(name, text('from'), text('value'))),
  text('task_category'),
  list('other_task_category', text),
  text('difficulty'),
  text('input_quality'),
  float64('instruct_reward'),
  int64('instruction_length'),
  int64('response_length'),
  text('language'),
];
