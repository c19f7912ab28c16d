import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { readJson } from '../../artifacts/read-json.js';
import { artifactKey, type ArtifactStore } from '../../artifacts/store.js';
import type { SelectionList } from './mix-count.js';

/**
 * Version of the code that plans and writes a mix. Part of the keys of its artifacts: raise it when the same
 * inputs would give other bytes in one of them.
 */
export const mixCodeVersion = 3;

const count = z.int().min(0);

const PlannedSource = z
  .object({
    name: z.string(),
    /** Key of the `conversion` artifact. */
    plan: z.string(),
    /** Key of the `summary` artifact. */
    summary: z.string(),
    rows: count.exactOptional(),
    share: z.number().exactOptional(),
    repeat: count,
  })
  .readonly();
export type PlannedSource = z.infer<typeof PlannedSource>;

/** A sorted run of a converted piece. */
const PlannedRun = z
  .object({
    /** Position of its source in the recipe. */
    source: count,
    /** Key of the `piece` artifact. */
    piece: z.string(),
    /** Number of the sorted run in the piece. */
    sortedRun: count,
    /** Number of the piece's slice 0 in the source's conversion plan. */
    firstSlice: count,
    entries: count,
  })
  .readonly();
export type PlannedRun = z.infer<typeof PlannedRun>;

/**
 * `plan.json` of a `mix-plan` artifact: the sorted runs of a mix, and the partitions of the key space in
 * which it is made. The artifact also has the table of partition-table.ts.
 */
export const MixPlanFile = z
  .object({
    seed: count,
    heldout: z.object({ fraction: z.number(), rows: count.exactOptional() }).readonly(),
    mixRows: count.exactOptional(),
    rowsPerSource: count.exactOptional(),
    /** How many files train.jsonl is written as; absent: as suits its size. */
    shards: count.exactOptional(),
    /** In recipe order. */
    sources: z.array(PlannedSource).readonly(),
    /** In the order in which entries number them. */
    sortedRuns: z.array(PlannedRun).readonly(),
    /** How many there are: a power of two. */
    partitions: count,
    /** The most bytes of a bucket, unless one line is longer. */
    bucketBytes: count,
    /** Of the converted lines, newlines included. */
    bytes: count,
  })
  .readonly();
export type MixPlanFile = z.infer<typeof MixPlanFile>;

export const mixPlanName = 'plan.json';

/**
 * The plan of a mix.
 *
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function readMixPlan(store: ArtifactStore, ref: ArtifactRef): Promise<MixPlanFile> {
  return await readJson(store, await store.get(ref), mixPlanName, MixPlanFile);
}

/**
 * The `mix-count` of a partition. Caps have no part in its key, but for which lists it needs: a mix with
 * other caps uses the counts again.
 */
export function mixCountRef(
  plan: MixPlanFile,
  partition: number,
  lists: readonly SelectionList[],
): ArtifactRef {
  const inputs = {
    sources: plan.sources.map(({ plan: conversion }) => conversion),
    heldoutFraction: plan.heldout.fraction,
    partitions: plan.partitions,
    partition,
    lists,
  };
  return { kind: 'mix-count', key: artifactKey('mix-count', mixCodeVersion, inputs) };
}

/** The `mix-copies` of a group of partitions. */
export function mixCopiesRef(planKey: string, group: number): ArtifactRef {
  return { kind: 'mix-copies', key: artifactKey('mix-copies', mixCodeVersion, { plan: planKey, group }) };
}

/** The `mix-part` of a partition. */
export function mixPartRef(planKey: string, partition: number): ArtifactRef {
  return { kind: 'mix-part', key: artifactKey('mix-part', mixCodeVersion, { plan: planKey, partition }) };
}
