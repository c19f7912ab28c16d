import { setHandler } from '@temporalio/workflow';
import { batchCount } from '../core/batches.js';
import type { ConversionPlan, ConvertPiecesResult } from '../core/contracts/conversion.js';
import type { DownloadFilesResult, SourceResolution } from '../core/contracts/source.js';
import { findingsOf } from '../core/convert/findings/source-findings.js';
import { defined } from '../core/defined.js';
import { formatBytes, plural } from '../core/format.js';
import type { Source } from '../core/recipe.js';
import type { PreparedSource } from '../core/run/run.js';
import { pausable } from './activities.js';
import { BatchRunner } from './batches/batch-runner.js';
import { childSignals } from './messages.js';
import { Children } from './pause/children.js';
import { Gate } from './pause/gate.js';
import { reuseNotes } from './source/reuse-notes.js';
import { SourceProgress } from './source/source-progress.js';

export interface PrepareSourceInput {
  readonly source: Source;
  readonly out: string;
  readonly seed: number;
  readonly updateLock?: boolean;
}

/** Brings one source from its name in the recipe to converted pieces in the store. Child of `stage1`. */
export async function prepareSource(input: PrepareSourceInput): Promise<PreparedSource> {
  const progress = new SourceProgress(input.source.name);
  try {
    return await prepare(input, progress);
  } finally {
    await progress.sent();
  }
}

async function prepare(input: PrepareSourceInput, progress: SourceProgress): Promise<PreparedSource> {
  const { source, out, seed, updateLock } = input;
  const gate = new Gate();
  const children = new Children(gate);
  setHandler(childSignals.pause, async () => {
    gate.close();
    await children.signalAll('pause');
  });
  setHandler(childSignals.resume, async () => {
    gate.reopen();
    await children.signalAll('resume');
  });
  const activities = pausable(gate);
  const batches = new BatchRunner(activities, children);

  progress.show({ status: 'resolve' });
  const resolution = await activities.resolveSource(
    `resolve ${source.name} (${originOf(source)})`,
    defined({ source, out, updateLock }),
  );
  const downloads = await download(batches, progress, resolution);
  const conversion = await activities.planConversion(`plan the conversion of ${source.name}`, {
    source,
    resolution: resolution.resolution,
    seed,
  });
  const notes = [...resolution.notes, ...(conversion.notes ?? [])];
  const conversions = await convert(batches, progress, source.name, conversion, notes);
  const { files, bytes } = resolution;
  const summary = await activities.summariseSource(
    `count ${source.name}: ${plural(files, 'file')}, ${formatBytes(bytes)}`,
    { plan: conversion.plan, maxRejectFraction: source.max_reject_fraction },
  );
  progress.show({
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
  batches: BatchRunner,
  progress: SourceProgress,
  { name, resolution, downloads, files, bytes, notes }: SourceResolution,
): Promise<Partial<DownloadFilesResult>> {
  const all = batchCount(downloads);
  const shown = { status: all > 0 ? 'download' : 'convert', files, bytes, notes } as const;
  const show = (done: number, downloadedBytes: number): void =>
    progress.show({ ...shown, downloads: [done, all], downloadedBytes });
  show(0, 0);
  const work = { activity: 'downloadFiles', input: { resolution }, batches: downloads } as const;
  return await batches.run({ ...work, summary: `download ${name}`, noun: 'file' }, (done, counts) =>
    show(done, counts.bytes ?? 0),
  );
}

/** Converts all pieces, then assembles dialogues from them where the format spreads one over several rows. */
async function convert(
  batches: BatchRunner,
  progress: SourceProgress,
  name: string,
  { plan, format, pieces, dialoguePartitions }: ConversionPlan,
  notes: readonly string[],
): Promise<readonly Partial<ConvertPiecesResult>[]> {
  const all = batchCount(pieces) + batchCount(dialoguePartitions);
  const show = (done: number): void =>
    progress.show({ status: 'convert', format, pieces: [done, all], notes });
  show(0);
  const converted = await batches.run(
    {
      activity: 'convertPieces',
      input: { plan },
      batches: pieces,
      summary: `convert ${name}`,
      noun: 'piece',
    },
    show,
  );
  const grouped = await batches.run(
    {
      activity: 'groupDialogues',
      input: { plan },
      batches: dialoguePartitions,
      summary: `group ${name}`,
      noun: 'part',
    },
    (done) => show(batchCount(pieces) + done),
  );
  return [converted, grouped];
}
