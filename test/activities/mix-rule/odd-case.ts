import { join } from 'node:path';
import type { MixRecipe } from '../../../client/mix/mix-sources.js';
import type { Dice } from '../../support/dice.js';
import { oddKinds, writeOdd } from './odd-files.js';
import { oddSource } from './odd-source.js';
import type { WrittenFile } from './source-files.js';

/** A mix of one source of odd rows, for Headrace and for the checker. */
export interface OddCase {
  readonly recipe: MixRecipe;
  readonly files: ReadonlyMap<string, readonly WrittenFile[]>;
  readonly checked: unknown;
}

export async function oddCase(dice: Dice, dir: string, name: string, count: number): Promise<OddCase> {
  const kind = dice.pick(oddKinds);
  const path = join(dir, `${name}.${kind}`);
  const { source, columns, rows } = oddSource(dice, 's', [path], count);
  const written = await writeOdd(dice, path, kind, rows);
  const recipe = { seed: 17, sources: [source], heldout: { fraction: 0.3 }, mix: {} };
  return {
    recipe,
    files: new Map([[source.name, [written]]]),
    checked: { ...recipe, sources: [{ ...source, columns, files: [written.plainPath] }] },
  };
}
