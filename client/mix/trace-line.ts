import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { Side } from '../../core/contracts/mix.js';
import { readRange } from '../../files/read-range.js';
import { readJson } from '../../activities/artifacts/read-json.js';
import type { ArtifactStore } from '../../activities/artifacts/store.js';
import { readConversionPlan } from '../../activities/convert/plan/conversion-plan.js';
import { SliceTable, sliceTableName } from '../../activities/convert/output/slice-table.js';
import { MixMeta } from '../../activities/mix/format/mix-artifact.js';
import { readMixPlan } from '../../activities/mix/format/mix-plan.js';
import { provenanceAt, provenanceBytes, provenanceName } from '../../activities/mix/format/provenance.js';

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
  const range = { from: (line - 1) * provenanceBytes, to: line * provenanceBytes };
  const wanted = { artifact, file: provenanceName(side), ranges: [range] };
  const entry = await store.bring([wanted], ([path = '']) => readRange(path, range.from, range.to));
  const plan = await readMixPlan(store, { kind: 'mix-plan', key: meta.plan });
  const source = plan.sources[entry.readUInt16LE(provenanceAt.source)];
  if (source === undefined) throw new Error(`The provenance of line ${line} names no source of the mix`);
  const conversion = await readConversionPlan(store, { kind: 'conversion', key: source.plan });
  const summary = await store.get({ kind: 'summary', key: source.summary });
  const table = await readJson(store, summary, sliceTableName, SliceTable);
  const file = entry.readUInt32LE(provenanceAt.file);
  const { origin } = conversion;
  return {
    source: source.name,
    path: conversion.files[file]?.path ?? '',
    row: entry.readUIntLE(provenanceAt.row, 6),
    unit: table.slices.find((slice) => slice.file === file)?.unit ?? 'row',
    ...(origin.kind === 'hub' ? { dataset: origin.dataset, commitSha: origin.commitSha } : {}),
  };
}
