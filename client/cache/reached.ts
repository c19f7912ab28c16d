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
import {
  readTokenPlan,
  tokenPieceRef,
  type Tokenisation,
} from '../../activities/tokenise/pieces/token-plan.js';
import { readTokens } from '../../activities/tokenise/pieces/tokens-artifact.js';
import { tokenizerRef } from '../../activities/tokenise/tokenizer/stored-tokenizer.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import type { ArtifactKind, ArtifactRef } from '../../core/contracts/artifact.js';

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
  const read = needsByKind[ref.kind];
  // What is not there needs nothing.
  if (read === null || (await store.find(ref)) === undefined) return { refs: [] };
  return await read(store, ref);
}

type ReadNeeds = (store: ArtifactStore, ref: ArtifactRef) => Promise<Needs>;

/** `null`: an artifact of this kind needs no other one, or is never removed, as are those of trainings. */
const needsByKind: Readonly<Record<ArtifactKind, ReadNeeds | null>> = {
  resolution: async (store, ref) => {
    const { meta, files } = await readResolution(store, ref);
    return { refs: [], oids: meta.kind === 'local' ? [] : files.map(oidOf) };
  },
  conversion: async (store, ref) => {
    const plan = await readConversionPlan(store, ref);
    const oids = plan.origin.kind === 'local' ? [] : plan.files.map(oidOf);
    return { refs: [...plannedArtifacts(plan).map((planned) => planned.ref), summaryRef(ref.key)], oids };
  },
  piece: null,
  scatter: null,
  summary: null,
  'mix-plan': needsOfMix,
  'mix-count': null,
  'mix-decision': null,
  'mix-copies': null,
  'mix-part': null,
  mix: async (store, ref) => {
    const { plan } = MixMeta.parse((await store.get(ref)).meta);
    return { refs: [{ kind: 'mix-plan', key: plan }] };
  },
  tokenizer: null,
  'token-plan': async (store, ref) => {
    const plan = await readTokenPlan(store, ref);
    const pieces = plan.pieces.map((piece) => tokenPieceRef(plan, piece));
    return { refs: [{ kind: 'mix-plan', key: plan.mixPlan }, tokenizerOf(plan), ...pieces] };
  },
  'token-piece': null,
  tokens: async (store, ref) => {
    const tokens = await readTokens(store, ref);
    const pieces = tokens.pieces.map(({ key }): ArtifactRef => ({ kind: 'token-piece', key }));
    return { refs: [tokenizerOf(tokens), ...pieces] };
  },
  training: null,
  metrics: null,
  record: null,
  evaluation: null,
};

function tokenizerOf({ tokenisation }: { readonly tokenisation: Tokenisation }): ArtifactRef {
  return tokenizerRef(tokenisation.tokenizerDigest);
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
