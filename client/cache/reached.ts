import { copyGroups } from '../../activities/mix/format/mix-copies.js';
import { selectionLists } from '../../activities/mix/format/mix-count.js';
import { mixDecisionRef } from '../../activities/mix/format/mix-decision.js';
import { MixMeta } from '../../activities/mix/format/mix-artifact.js';
import { mixCopiesRef, mixCountRef, mixPartRef, readMixPlan } from '../../activities/mix/format/mix-plan.js';
import { mixRef } from '../../activities/mix/write/put-mix.js';
import { plannedArtifacts, readConversionPlan } from '../../activities/convert/plan/conversion-plan.js';
import { summaryRef } from '../../activities/convert/summarise-source.js';
import { oidOf } from '../../activities/hub/download/hub-blob.js';
import { readResolution } from '../../activities/hub/resolve/resolution.js';
import { readTokenPlan, tokenPieceRef } from '../../activities/tokenise/pieces/token-plan.js';
import { readTokens } from '../../activities/tokenise/pieces/tokens-artifact.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { SourceFile } from '../../core/contracts/source.js';

/** What some plans need. */
export interface Reached {
  /** `<kind>/<key>` of artifacts, which may be missing. */
  readonly artifacts: ReadonlySet<string>;
  /** Ids of the content of files. */
  readonly oids: ReadonlySet<string>;
}

/** What an artifact needs itself. */
interface Needs {
  readonly refs: readonly ArtifactRef[];
  readonly oids?: readonly string[];
}

/** Everything that the plans need, they themselves included, over any number of steps. */
export async function reachedFrom(store: ArtifactStore, plans: readonly ArtifactRef[]): Promise<Reached> {
  const artifacts = new Set<string>();
  const oids = new Set<string>();
  const open = [...plans];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    const name = artifactName(ref);
    if (artifacts.has(name)) continue;
    artifacts.add(name);
    const needs = await needsOf(store, ref);
    open.push(...needs.refs);
    for (const oid of needs.oids ?? []) oids.add(oid);
  }
  return { artifacts, oids };
}

/** As {@link Reached} names an artifact. */
export const artifactName = ({ kind, key }: ArtifactRef): string => `${kind}/${key}`;

async function needsOf(store: ArtifactStore, ref: ArtifactRef): Promise<Needs> {
  switch (ref.kind) {
    case 'resolution':
    case 'conversion':
    case 'mix-plan':
    case 'mix':
    case 'token-plan':
    case 'tokens':
      // What is not there needs nothing.
      return (await store.find(ref)) === undefined ? { refs: [] } : await needsOfPlan(store, ref);
    default:
      return { refs: [] };
  }
}

async function needsOfPlan(store: ArtifactStore, ref: ArtifactRef): Promise<Needs> {
  switch (ref.kind) {
    case 'resolution': {
      const { meta, files } = await readResolution(store, ref);
      return { refs: [], oids: meta.kind === 'local' ? [] : oidsOf(files) };
    }
    case 'conversion': {
      const plan = await readConversionPlan(store, ref);
      const oids = plan.origin.kind === 'local' ? [] : oidsOf(plan.files);
      return { refs: [...plannedArtifacts(plan).map((planned) => planned.ref), summaryRef(ref.key)], oids };
    }
    case 'mix-plan':
      return await needsOfMix(store, ref);
    case 'mix': {
      const { plan } = MixMeta.parse((await store.get(ref)).meta);
      return { refs: [{ kind: 'mix-plan', key: plan }] };
    }
    case 'token-plan': {
      const plan = await readTokenPlan(store, ref);
      const pieces = plan.pieces.map((piece) => tokenPieceRef(plan, piece));
      return { refs: [{ kind: 'mix', key: plan.mix }, ...pieces] };
    }
    case 'tokens': {
      const { pieces } = await readTokens(store, ref);
      return { refs: pieces.map(({ key }) => ({ kind: 'token-piece', key })) };
    }
    default:
      return { refs: [] };
  }
}

async function needsOfMix(store: ArtifactStore, ref: ArtifactRef): Promise<Needs> {
  const plan = await readMixPlan(store, ref);
  const lists = selectionLists(plan);
  const partitions = Array.from({ length: plan.partitions }, (_, partition) => partition);
  return {
    refs: [
      ...plan.sources.flatMap((source): ArtifactRef[] => [
        { kind: 'conversion', key: source.plan },
        { kind: 'summary', key: source.summary },
      ]),
      ...plan.sortedRuns.map(({ piece }): ArtifactRef => ({ kind: 'piece', key: piece })),
      ...partitions.map((partition) => mixCountRef(plan, partition, lists)),
      mixDecisionRef(ref.key),
      ...copyGroups(plan.partitions).map((_, group) => mixCopiesRef(ref.key, group)),
      ...partitions.map((partition) => mixPartRef(ref.key, partition)),
      mixRef(ref.key),
    ],
  };
}

function oidsOf(files: readonly SourceFile[]): string[] {
  return files.map(oidOf);
}
