import { oidOf } from '../../activities/hub/download/hub-blob.js';
import { readResolution } from '../../activities/hub/resolve/resolution.js';
import { readUses, type SourceUse } from '../../activities/hub/resolve/source-uses.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';

/** The uses of files, newest first, by `keyOf` a use and the id of a file's content. */
export async function usersOfFiles(
  store: ArtifactStore,
  keyOf: (use: SourceUse, oid: string) => string | undefined,
): Promise<Map<string, SourceUse[]>> {
  const users = new Map<string, SourceUse[]>();
  for (const use of await readUses(store)) {
    const ref = { kind: 'resolution', key: use.resolution } as const;
    if ((await store.find(ref)) === undefined) continue;
    const { meta, files } = await readResolution(store, ref);
    if (meta.kind === 'local') continue;
    for (const file of files) {
      const key = keyOf(use, oidOf(file));
      if (key !== undefined) users.set(key, [...(users.get(key) ?? []), use]);
    }
  }
  return users;
}
