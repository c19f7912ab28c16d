import { setHandler } from '@temporalio/workflow';
import type { ConversionPlan, ConvertPiecesResult } from '../core/contracts/conversion.js';
import type { DownloadFilesResult, SourceResolution } from '../core/contracts/source.js';
import { findingsOf } from '../core/convert/findings/source-findings.js';
import { defined } from '../core/defined.js';
import { formatBytes, plural } from '../core/format.js';
import type { Source } from '../core/recipe.js';
import type { PreparedSource } from '../core/run/run.js';
import { pausable } from './activities.js';
import type { ActivityCalls } from './activities.js';
import { childSignals } from './messages.js';
import { parallel } from './parallel.js';
import { Gate } from './pause/gate.js';
import { reuseNotes } from './source/reuse-notes.js';
import { SourceProgress } from './source/source-progress.js';

export interface PrepareSourceInput {
  readonly source: Source;
  readonly out: string;
  readonly seed: number;
  readonly updateLock?: boolean;
}

/** Work ranges of one source under way at once. The worker's connections and threads bound the whole. */
const downloadsAtOnce = 3;
const conversionsAtOnce = 2;

/** Brings one source from its name in the recipe to converted pieces in the store. Child of `stage1`. */
export async function prepareSource(input: PrepareSourceInput): Promise<PreparedSource> {
  const { source, out, seed, updateLock } = input;
  const gate = new Gate();
  setHandler(childSignals.pause, () => gate.close());
  setHandler(childSignals.resume, () => gate.reopen());
  const activities = pausable(gate);
  const progress = new SourceProgress(source.name);

  await progress.show({ status: 'resolve' });
  const resolution = await activities.resolveSource(
    `resolve ${source.name} (${originOf(source)})`,
    defined({ source, out, updateLock }),
  );
  const downloads = await download(activities, progress, resolution);
  const conversion = await activities.planConversion(`plan the conversion of ${source.name}`, {
    source,
    resolution: resolution.resolution,
    seed,
  });
  const notes = [...resolution.notes, ...(conversion.notes ?? [])];
  const conversions = await convert(activities, progress, conversion, notes);
  const { files, bytes } = resolution;
  const summary = await activities.summariseSource(
    `count ${source.name}: ${plural(files, 'file')}, ${formatBytes(bytes)}`,
    { plan: conversion.plan, maxRejectFraction: source.max_reject_fraction },
  );
  await progress.show({
    status: 'done',
    conversations: summary.converted,
    rejected: summary.rejected,
    findings: findingsOf(summary),
    notes: [...notes, ...reuseNotes(downloads, conversions)],
  });
  return { resolution: { ...resolution, notes }, conversion, summary };
}

/** Where a source comes from, for summaries. */
export function originOf(source: Source): string {
  return source.dataset ?? 'local files';
}

async function download(
  activities: ActivityCalls,
  progress: SourceProgress,
  { resolution, downloads, files, bytes, notes }: SourceResolution,
): Promise<readonly DownloadFilesResult[]> {
  const status = downloads.length > 0 ? 'download' : 'convert';
  let [done, downloadedBytes] = [0, 0];
  const counts = () => ({ downloads: [done, downloads.length] as const, downloadedBytes });
  await progress.show({ status, files, bytes, notes, ...counts() });
  return await parallel(downloads, downloadsAtOnce, async (range) => {
    const { label, from, to } = range;
    const result = await activities.downloadFiles(`download ${label}`, { resolution, from, to });
    done += 1;
    downloadedBytes += range.bytes;
    await progress.show(counts());
    return result;
  });
}

/** Converts all pieces, then assembles dialogues from them where the format spreads one over several rows. */
async function convert(
  activities: ActivityCalls,
  progress: SourceProgress,
  { plan, format, pieces, dialoguePartitions }: ConversionPlan,
  notes: readonly string[],
): Promise<readonly ConvertPiecesResult[]> {
  const all = pieces.length + dialoguePartitions.length;
  let done = 0;
  const counted = async (result: ConvertPiecesResult): Promise<ConvertPiecesResult> => {
    done += 1;
    await progress.show({ pieces: [done, all] });
    return result;
  };
  await progress.show({ status: 'convert', format, pieces: [done, all], notes });
  const converted = await parallel(pieces, conversionsAtOnce, async ({ label, bytes, from, to }) => {
    const summary = `convert ${label} (${formatBytes(bytes)})`;
    return await counted(await activities.convertPieces(summary, { plan, from, to }));
  });
  const grouped = await parallel(
    dialoguePartitions,
    conversionsAtOnce,
    async ({ label, from, to }) =>
      await counted(await activities.groupDialogues(`group ${label}`, { plan, from, to })),
  );
  return [...converted, ...grouped];
}
