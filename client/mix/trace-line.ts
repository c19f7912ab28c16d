import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Side } from '../../core/contracts/mix.js';
import { readJson } from '../../activities/artifacts/read-json.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { readConversionPlan } from '../../activities/convert/plan/conversion-plan.js';
import { SliceTable, sliceTableName } from '../../activities/convert/output/slice-table.js';
import { MixMeta } from '../../activities/mix/format/mix-artifact.js';
import { readMixPlan } from '../../activities/mix/format/mix-plan.js';
import { lineOrigin } from '../../activities/mix/lines/line-origin.js';

/** The origin of a line of the mix. */
export interface LineOrigin {
  /** Name of the source in the recipe. */
  readonly source: string;
  /** Path of a local file; path in the repository of a Hub file. */
  readonly path: string;
  /** Line or row in the file, from 1; of a dialogue, its first one. */
  readonly row: number;
  readonly unit: 'line' | 'row';
  /** Hub sources only. */
  readonly dataset?: string;
  readonly commitSha?: string;
}

/**
 * Returns the origin of a line of train.jsonl or heldout.jsonl; `undefined` where there is no such line.
 *
 * @param line - from 1.
 * @throws {HeadraceError} ArtifactMissingError.
 */
export async function traceLine(
  store: ArtifactStore,
  mix: ArtifactRef,
  line: number,
  side: Side = 'train',
): Promise<LineOrigin | undefined> {
  const artifact = await store.get(mix);
  const meta = MixMeta.parse(artifact.meta);
  if (!Number.isInteger(line) || line < 1 || line > meta[side].lines) return undefined;
  const origin = await lineOrigin(store, artifact, side, line);
  if (origin === undefined) return undefined;
  const plan = await readMixPlan(store, { kind: 'mix-plan', key: meta.plan });
  const source = plan.sources[origin.source];
  if (source === undefined) throw new Error(`The origin of line ${line} names no source of the mix`);
  const conversion = await readConversionPlan(store, { kind: 'conversion', key: source.plan });
  const summary = await store.get({ kind: 'summary', key: source.summary });
  const table = await readJson(store, summary, sliceTableName, SliceTable);
  const slice = table.slices[origin.slice];
  if (slice === undefined) throw new Error(`The origin of line ${line} names no slice of ${source.name}`);
  const { origin: from } = conversion;
  return {
    source: source.name,
    path: conversion.files[slice.file]?.path ?? '',
    row: slice.rowsBefore + origin.row,
    unit: slice.unit,
    ...(from.kind === 'hub' ? { dataset: from.dataset, commitSha: from.commitSha } : {}),
  };
}
