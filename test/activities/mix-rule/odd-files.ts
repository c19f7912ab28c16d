import { writeFile } from 'node:fs/promises';
import { parquetFile, type Column } from '../../../dev/corpora/parquet.js';
import type { Dice } from '../../support/dice.js';
import { compact, type OddJson } from './odd-json.js';
import { fit } from './odd-parquet.js';
import { spelt } from './odd-spelling.js';
import { withNonFinite, type WrittenFile } from './source-files.js';

export const oddKinds = ['jsonl', 'json', 'parquet'] as const;
export type OddKind = (typeof oddKinds)[number];

/** Writes rows as one file. Beside parquet stands a plain file of the same rows, for the checker. */
export async function writeOdd(
  dice: Dice,
  path: string,
  kind: OddKind,
  rows: readonly ReadonlyMap<string, OddJson>[],
): Promise<WrittenFile> {
  if (kind === 'parquet') return writeOddParquet(dice, path, rows);
  const texts = rows.map((row) => {
    const text = spelt(dice, row);
    return dice.chance(0.05) ? withNonFinite(dice, text) : text;
  });
  const body =
    kind === 'json'
      ? `[${texts.join(',\n')}]`
      : texts.map((text) => `${dice.chance(0.03) ? '\uFEFF' : ''}${text}\n`).join('');
  await writeFile(path, body);
  return { path, plainPath: path };
}

async function writeOddParquet(
  dice: Dice,
  path: string,
  rows: readonly ReadonlyMap<string, OddJson>[],
): Promise<WrittenFile> {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const fitted = names.map((name) => ({
    name,
    ...fit(
      dice,
      rows.map((row) => row.get(name) ?? null),
    ),
  }));
  const written = rows.map((_, row) =>
    Object.fromEntries(fitted.map(({ name, written: values }) => [name, values[row]])),
  );
  const columns: Column[] = fitted.map(({ name, column }) => column(name));
  await writeFile(path, parquetFile(written, columns, 1 + dice.below(20)));
  const found = rows.map((_, row) => {
    const members = fitted.map(({ name, found: values }) => [name, values[row] ?? null] as const);
    return compact(new Map(members.filter(([, value]) => value !== null)));
  });
  const plainPath = `${path}.jsonl`;
  await writeFile(plainPath, found.map((row) => `${row}\n`).join(''));
  return { path, plainPath };
}
