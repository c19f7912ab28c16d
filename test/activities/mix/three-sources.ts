import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import type { MixRecipe } from '../../../client/mix/mix-sources.js';
import { chatLines, resolveLocal, sourceOf } from '../../support/local-sources.js';
import { defined } from '../../../core/defined.js';

/** Three sources that overlap: a has conversations 0 … 599, b 400 … 899, c 850 … 1249. */
export async function writeThreeSources(dir: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const paths = {
    a: join(dir, 'a.jsonl'),
    b: join(dir, 'b.jsonl'),
    c1: join(dir, 'c1.jsonl'),
    c2: join(dir, 'c2.jsonl'),
  };
  await writeFile(paths.a, chatLines(0, 600));
  await writeFile(paths.b, chatLines(400, 900) + chatLines(890, 900));
  await writeFile(paths.c1, chatLines(850, 1000));
  await writeFile(paths.c2, chatLines(1000, 1250));
  return new Map([
    ['a', [paths.a]],
    ['b', [paths.b]],
    ['c', [paths.c2, paths.c1]],
  ]);
}

export async function resolveAll(
  store: ArtifactStore,
  files: ReadonlyMap<string, readonly string[]>,
): Promise<ReadonlyMap<string, ArtifactRef>> {
  const resolved = new Map<string, ArtifactRef>();
  for (const [name, paths] of files) resolved.set(name, await resolveLocal(store, paths));
  return resolved;
}

/** @param rows - how many of `a`; a fifth of the mix is `c`. */
export function threeSourceRecipe(rows?: number): MixRecipe {
  return {
    seed: 17,
    sources: [
      sourceOf('a', { repeat: 2, ...defined({ rows }) }),
      sourceOf('b', rows === undefined ? {} : { rows }),
      sourceOf('c', { share: 0.2 }),
    ],
    heldout: { fraction: 0.1, rows: 20 },
    mix: {},
  };
}
