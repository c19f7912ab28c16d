import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isMissing } from '../../../files/errno.js';
import { namesIn } from '../../../files/names-in.js';
import { writeFileAtomic } from '../../../files/write-atomic.js';
import type { ArtifactStore } from '../../artifacts/store.js';

/** The use of a source by a run. `headrace cache` lists uses beside the files in the store. */
const SourceUse = z
  .object({
    /** Folder of the run's results. */
    out: z.string(),
    source: z.string(),
    /** Key of the resolution. */
    resolution: z.string(),
    /** Canonical id; Hub sources only. */
    dataset: z.string().exactOptional(),
    /** ISO 8601. */
    at: z.string(),
  })
  .readonly();
export type SourceUse = z.infer<typeof SourceUse>;

/** Records a use in the store. It replaces an earlier one of the same source by the same run. */
export async function noteUse(store: ArtifactStore, use: SourceUse): Promise<void> {
  const name = createHash('sha256').update(`${use.out}\n${use.source}`).digest('hex').slice(0, 32);
  await writeFileAtomic(join(store.root, 'uses', `${name}.json`), `${JSON.stringify(use)}\n`);
}

/** All recorded uses, newest first. */
export async function readUses(store: ArtifactStore): Promise<SourceUse[]> {
  const dir = join(store.root, 'uses');
  const uses: SourceUse[] = [];
  for (const name of await namesIn(dir)) {
    const parsed = SourceUse.safeParse(name.endsWith('.json') ? await readJson(join(dir, name)) : undefined);
    if (parsed.success) uses.push(parsed.data);
  }
  return uses.sort((a, b) => (a.at < b.at ? 1 : -1));
}

/** The content of a file; `undefined` where it is missing or not JSON. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
