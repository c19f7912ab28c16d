import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { sides } from '../../../core/contracts/mix.js';
import { artifactKey, type ArtifactStore } from '../../artifacts/store.js';
import { MixCountMeta } from './mix-count.js';
import { mixCodeVersion } from './mix-plan.js';

const count = z.int().min(0);

/** The rows of a source that stay: all, none, or those with a selection key up to this one, in hex. */
export const Limit = z.union([z.literal('all'), z.literal('none'), z.string().regex(/^[0-9a-f]{32}$/)]);
export type Limit = z.infer<typeof Limit>;

/** `meta` of a `mix-decision`, which has no files. Lists are of the sources in recipe order. */
export const MixDecision = z
  .object({
    /** Of all partitions. */
    counts: MixCountMeta,
    limits: z.record(z.enum(sides), z.array(Limit).readonly()).readonly(),
    /** Conversations that stay, before repeats. */
    takes: z.record(z.enum(sides), z.array(count).readonly()).readonly(),
    /** Whether the source has too few conversations for its share. */
    limiting: z.array(z.boolean()).readonly(),
  })
  .readonly();
export type MixDecision = z.infer<typeof MixDecision>;

export function mixDecisionRef(planKey: string): ArtifactRef {
  return { kind: 'mix-decision', key: artifactKey('mix-decision', mixCodeVersion, { plan: planKey }) };
}

/** @throws {HeadraceError} ArtifactMissingError. */
export async function readMixDecision(store: ArtifactStore, planKey: string): Promise<MixDecision> {
  return MixDecision.parse((await store.get(mixDecisionRef(planKey))).meta);
}
