import { getExternalWorkflowHandle, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ConvertPiecesResult } from '../core/contracts/conversion.js';
import type { Source } from '../core/recipe.js';
import { sourceDetails } from '../core/run/details.js';
import type { PreparedSource } from '../core/run/run.js';
import type { SourceState } from '../core/run/state.js';
import { formatBytes, plural } from '../core/format.js';
import { bounded, long, longWork, probe } from './activities.js';
import { Gate } from './pause/gate.js';
import { parallel } from './parallel.js';
import { childSignals, progressSignals } from './messages.js';

export interface PrepareSourceInput {
  readonly source: Source;
  readonly out: string;
  readonly seed: number;
  readonly updateLock?: boolean;
}

/** Batches of one source under way at once; the worker's own slots bound the whole. */
const downloadsAtOnce = 3;
const piecesAtOnce = 2;
/** At most one progress signal to the parent in this time, besides those that a change of status sends. */
const signalEveryMs = 30_000;

/** Brings one source from its name in the recipe to converted pieces in the store. Child of `stage1`. */
export async function prepareSource(input: PrepareSourceInput): Promise<PreparedSource> {
  const { source } = input;
  const report = reporter(source.name);
  const gate = new Gate();
  setHandler(childSignals.pause, () => gate.pause());
  setHandler(childSignals.resume, () => gate.resume());

  await report({ status: 'resolve' });
  const resolution = await gate.run(
    async () =>
      await bounded.resolveSource.executeWithOptions(
        { ...probe, summary: `resolve ${source.name} (${source.dataset ?? 'local files'})` },
        [
          {
            source,
            out: input.out,
            ...(input.updateLock === undefined ? {} : { updateLock: input.updateLock }),
          },
        ],
      ),
  );
  const downloads = resolution.downloads.length;
  await report({
    status: downloads > 0 ? 'download' : 'convert',
    files: resolution.files,
    bytes: resolution.bytes,
    downloads: [0, downloads],
    downloadedBytes: 0,
    notes: resolution.notes,
  });

  const reused = { files: 0, bytes: 0, pieces: 0, allPieces: 0 };
  let downloaded = 0;
  let downloadedBytes = 0;
  await parallel(resolution.downloads, downloadsAtOnce, async (batch) => {
    const result = await gate.run(
      async () =>
        await long.downloadFiles.executeWithOptions({ ...longWork, summary: `download ${batch.label}` }, [
          { resolution: resolution.resolution, from: batch.from, to: batch.to },
        ]),
    );
    reused.files += result.reusedFiles;
    reused.bytes += result.resumedBytes;
    downloaded += 1;
    downloadedBytes += batch.bytes;
    await report({ downloads: [downloaded, downloads], downloadedBytes });
  });

  const conversion = await gate.run(
    async () =>
      await long.planConversion.executeWithOptions(
        { ...longWork, summary: `plan the conversion of ${source.name}` },
        [
          {
            source,
            resolution: resolution.resolution,
            seed: input.seed,
          },
        ],
      ),
  );
  const pieces = conversion.pieces.length + conversion.dialoguePartitions.length;
  await report({ status: 'convert', format: conversion.format, pieces: [0, pieces] });
  let converted = 0;
  const done = async (result: ConvertPiecesResult): Promise<void> => {
    reused.pieces += result.reusedPieces;
    reused.allPieces += result.pieces;
    converted += 1;
    await report({ pieces: [converted, pieces] });
  };
  await parallel(conversion.pieces, piecesAtOnce, async (batch) => {
    const result = await gate.run(
      async () =>
        await long.convertPieces.executeWithOptions(
          { ...longWork, summary: `convert ${batch.label} (${formatBytes(batch.bytes)})` },
          [{ plan: conversion.plan, from: batch.from, to: batch.to }],
        ),
    );
    await done(result);
  });
  await parallel(conversion.dialoguePartitions, piecesAtOnce, async (batch) => {
    const result = await gate.run(
      async () =>
        await long.groupDialogues.executeWithOptions({ ...longWork, summary: `group ${batch.label}` }, [
          { plan: conversion.plan, from: batch.from, to: batch.to },
        ]),
    );
    await done(result);
  });

  const summary = await gate.run(
    async () =>
      await long.summariseSource.executeWithOptions(
        {
          ...longWork,
          summary: `count ${source.name}: ${plural(resolution.files, 'file')}, ${formatBytes(resolution.bytes)}`,
        },
        [{ plan: conversion.plan, maxRejectFraction: source.max_reject_fraction }],
      ),
  );
  await report({
    status: 'done',
    conversations: summary.converted,
    rejected: summary.rejected,
    notes: [...resolution.notes, ...reuseNotes(reused, downloads > 0 ? resolution.files : 0)],
  });
  return { resolution, conversion, summary };
}

/** What was in the store already and was not fetched or converted again. */
function reuseNotes(
  reused: {
    readonly files: number;
    readonly bytes: number;
    readonly pieces: number;
    readonly allPieces: number;
  },
  files: number,
): string[] {
  const notes: string[] = [];
  if (reused.files > 0)
    notes.push(`reused ${reused.files} of ${plural(files, 'file')} that were on disk, complete`);
  if (reused.bytes > 0) notes.push(`resumed downloads from ${formatBytes(reused.bytes)} that were on disk`);
  if (reused.pieces > 0)
    notes.push(`reused ${reused.pieces} of ${plural(reused.allPieces, 'converted piece')} from the store`);
  return notes;
}

/** Keeps the source's state, shows it in this workflow's details and tells the parent, not too often. */
function reporter(name: string): (change: Partial<SourceState>) => Promise<void> {
  let state: SourceState = { name, status: 'waiting', notes: [] };
  let lastSignal = 0;
  const parent = workflowInfo().parent;
  return async (change) => {
    const statusChanged = change.status !== undefined && change.status !== state.status;
    state = { ...state, ...change };
    setCurrentDetails(sourceDetails(state));
    if (parent === undefined || (!statusChanged && Date.now() - lastSignal < signalEveryMs)) return;
    lastSignal = Date.now();
    await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(
      progressSignals.sourceProgress,
      state,
    );
  };
}
