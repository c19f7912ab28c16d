import { mkdir } from 'node:fs/promises';
import { defined } from '../../../core/defined.js';
import { Recipe } from '../../../core/recipe.js';
import type { Dice } from '../../support/dice.js';
import { randomSource, type RandomSource } from './random-source.js';
import { writeParquet, writeTextFile, type WrittenFile } from './source-files.js';

/** One recipe with its data, for Headrace and for the checker. */
export interface RandomCase {
  readonly recipe: Recipe;
  /** Files of each source, by name. */
  readonly files: ReadonlyMap<string, readonly WrittenFile[]>;
  readonly rowsPerSource?: number;
  /** The input of the checker. */
  readonly checked: unknown;
}

export async function randomCase(dice: Dice, dir: string): Promise<RandomCase> {
  await mkdir(dir, { recursive: true });
  const files = new Map<string, readonly WrittenFile[]>();
  const sources: RandomSource[] = [];
  for (let index = 0; index < 1 + dice.below(4); index += 1) {
    const name = `s${index}`;
    const parquet = dice.chance(0.25);
    const source = randomSource(dice, name, parquet);
    sources.push(source);
    files.set(name, await writeSource(dice, dir, name, source, parquet));
  }
  const limits = randomLimits(dice, sources.length);
  const seed = dice.pick([0, 1, 17, 123_456_789, Number.MAX_SAFE_INTEGER]);
  const heldout = {
    fraction: dice.pick([0, 0, 0.1, 0.333333, 0.5, 1]),
    ...(dice.chance(0.5) ? { rows: dice.pick([0, 1, 3, 10]) } : {}),
  };
  const rowsPerSource = dice.chance(0.2) ? 1 + dice.below(12) : undefined;
  const recipe = Recipe.parse({
    name: 'random',
    seed,
    heldout,
    mix: limits.mixRows === undefined ? {} : { rows: limits.mixRows },
    sources: sources.map(({ name, format, fields, roles, filter }, index) => ({
      name,
      files: 'given',
      format,
      fields,
      roles,
      filter,
      max_reject_fraction: 1,
      ...limits.sources[index],
    })),
  });
  return {
    recipe,
    files,
    ...defined({ rowsPerSource }),
    checked: {
      seed,
      heldout,
      mix_rows: limits.mixRows,
      rows_per_source: rowsPerSource,
      sources: sources.map(({ name, format, columns, roles, filter }, index) => ({
        name,
        format,
        columns,
        roles,
        filter,
        files: files.get(name)?.map(({ plainPath }) => plainPath),
        ...limits.sources[index],
      })),
    },
  };
}

async function writeSource(
  dice: Dice,
  dir: string,
  name: string,
  source: RandomSource,
  parquet: boolean,
): Promise<readonly WrittenFile[]> {
  if (parquet) return [await writeParquet(dice, dir, name, source)];
  const parts = 1 + dice.below(3);
  const written: WrittenFile[] = [];
  for (let part = 0; part < parts; part += 1) {
    const rows = source.rows.filter((_, index) => index % parts === part);
    if (rows.length > 0) written.push(await writeTextFile(dice, dir, `${name}-${part}`, rows));
  }
  return written;
}

interface Limits {
  readonly sources: readonly { readonly rows?: number; readonly share?: number; readonly repeat?: number }[];
  readonly mixRows?: number;
}

/** Caps and shares that the recipe's schema takes. */
function randomLimits(dice: Dice, count: number): Limits {
  const repeat = (): { repeat?: number } => (dice.chance(0.25) ? { repeat: 1 + dice.below(4) } : {});
  if (dice.chance(0.3)) {
    const parts = Array.from({ length: count }, () => 1 + dice.below(1000));
    const sum = parts.reduce((total, part) => total + part, 0);
    const millionths = parts.map((part) => Math.max(1, Math.floor((part * 1e6) / sum)));
    millionths[0] = 1e6 - millionths.slice(1).reduce((total, part) => total + part, 0);
    return {
      sources: millionths.map((part) => ({ share: part / 1e6, ...repeat() })),
      ...(dice.chance(0.5) ? { mixRows: 1 + dice.below(60) } : {}),
    };
  }
  const free = dice.below(count);
  return {
    sources: Array.from({ length: count }, (_, index) => ({
      ...(index !== free && dice.chance(0.5)
        ? { share: (1 + dice.below(Math.floor(1e6 / count) - 1)) / 1e6 }
        : dice.chance(0.4)
          ? { rows: 1 + dice.below(20) }
          : {}),
      ...repeat(),
    })),
  };
}
