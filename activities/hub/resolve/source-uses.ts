import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { z } from 'zod';
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

/** Names of the notes that are uses begin so. */
const prefix = 'uses/';

/** Records a use in the store. It replaces an earlier one of the same source by the same run. */
export async function noteUse(store: ArtifactStore, use: SourceUse): Promise<void> {
  const name = createHash('sha256').update(`${use.out}\n${use.source}`).digest('hex').slice(0, 32);
  await store.note(`${prefix}${name}.json`, `${JSON.stringify(use)}\n`);
}

/** All recorded uses, newest first. */
export async function readUses(store: ArtifactStore): Promise<SourceUse[]> {
  const names: string[] = [];
  for await (const { name } of store.notes(prefix)) if (name.endsWith('.json')) names.push(name);
  const limit = pLimit(readsAtOnce);
  const texts = await Promise.all(names.map((name) => limit(() => store.read(name))));
  const uses = texts.flatMap((text) => useIn(text) ?? []);
  return uses.sort((a, b) => (a.at < b.at ? 1 : -1));
}

const readsAtOnce = 16;

/** The use in a note; `undefined` where there is none: a list of uses is for people, and no run needs one. */
function useIn(text: string | undefined): SourceUse | undefined {
  if (text === undefined) return undefined;
  try {
    return SourceUse.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
