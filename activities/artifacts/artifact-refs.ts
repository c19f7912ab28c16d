import { join } from 'node:path';
import type { ArtifactKind, ArtifactRef } from '../../core/contracts/artifact.js';
import { namesIn } from '../../files/names-in.js';
import type { ArtifactStore } from './store.js';

/** The artifacts of a kind in the store, whole or not, in no particular order. */
export async function* artifactRefs(
  { medium }: Pick<ArtifactStore, 'medium'>,
  kind: ArtifactKind,
): AsyncGenerator<ArtifactRef> {
  if (medium.kind === 'folder') {
    const root = join(medium.root, 'artifacts', kind);
    for (const prefix of await namesIn(root))
      for (const key of await namesIn(join(root, prefix))) yield { kind, key };
  } else
    for await (const { key: name } of medium.objects.list(`artifacts/${kind}/`)) {
      const [, , , key, file] = name.split('/');
      if (key !== undefined && file === 'manifest.json') yield { kind, key };
    }
}
