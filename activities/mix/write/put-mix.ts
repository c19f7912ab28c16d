import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { sides } from '../../../core/contracts/mix.js';
import { HeadraceError } from '../../../core/errors.js';
import { artifactKey, type Artifact } from '../../artifacts/store.js';
import { rejectsName } from '../../convert/output/rejects.js';
import { together } from '../../threads/in-parallel.js';
import { headSourcesName, manifestName, MixMeta } from '../format/mix-artifact.js';
import { originsName, partsName } from '../format/mix-part.js';
import { mixCodeVersion } from '../format/mix-plan.js';
import { listParts } from '../format/written-parts.js';
import { headSources } from './head-sources.js';
import { manifestText } from './manifest.js';
import type { Mixed, MixDigests } from './mixed.js';

export function mixRef(planKey: string): ArtifactRef {
  return { kind: 'mix', key: artifactKey('mix', mixCodeVersion, { plan: planKey }) };
}

/**
 * Puts the `mix` artifact into the store.
 *
 * @param digest - makes the results, or finds what identifies them.
 */
export async function putMix(
  mixed: Mixed,
  digest: (signal: AbortSignal) => Promise<MixDigests>,
): Promise<Artifact> {
  const { deps, plan, planKey, parts, composition, work } = mixed;
  const { store } = deps;
  return await store.put(mixRef(planKey), async (dir): Promise<MixMeta> => {
    const [digests] = await together(work.signal, digest, (signal) =>
      writeRejects(mixed, join(dir, rejectsName), signal),
    );
    const listed = listParts(parts);
    await writeFile(join(dir, partsName), JSON.stringify(listed));
    const origins = parts.map(({ artifact }) => ({ artifact, file: originsName }));
    await writeFile(join(dir, headSourcesName), await headSources(store, origins, listed));
    await writeFile(join(dir, manifestName), await manifestText(store, plan, composition, digests));
    return { ...digests, sources: plan.sources.map(({ name }) => name), plan: planKey };
  });
}

async function writeRejects({ deps, plan }: Mixed, out: string, signal: AbortSignal): Promise<void> {
  const { store, jobs } = deps;
  const summaries = await Promise.all(
    plan.sources.map(async ({ summary }) => await store.get({ kind: 'summary', key: summary })),
  );
  const lists = summaries.map((artifact) => ({ artifact, file: rejectsName }));
  await store.bring(
    lists,
    async (paths) => await jobs.run('joinRejects', { paths, out }, { signal }),
    signal,
  );
}

/**
 * @throws {HeadraceError} ArtifactCorruptError where an earlier result of the same mix has another SHA-256.
 */
export function checkSame({ ref, meta }: Artifact, now: MixDigests): void {
  const before = MixMeta.parse(meta);
  for (const side of sides)
    if (before[side].sha256 !== now[side].sha256)
      throw new HeadraceError(
        'ArtifactCorruptError',
        `${side}.jsonl has SHA-256 ${now[side].sha256}, but the mix ${ref.key} has recorded ${before[side].sha256}`,
      );
}
