import { basename } from 'node:path';
import type { WorkRange } from '../../../core/contracts/artifact.js';
import { workRanges } from '../../../core/work-ranges.js';
import type { ConversionPlanFile } from './conversion-plan.js';

/** So that an activity never waits for the disk. */
const leastItems = 4;

/** The work ranges of `convertPieces`. */
export function pieceRanges(plan: ConversionPlanFile): readonly WorkRange[] {
  const sizes = plan.pieces.map(({ bytes }) => bytes);
  const label = (from: number, to: number): string => `${plan.source} ${filesLabel(plan, from, to)}`;
  return workRanges(sizes, { leastItems, label });
}

/** The work ranges of `groupDialogues`. */
export function partitionRanges(plan: ConversionPlanFile): readonly WorkRange[] {
  const bytes = plan.pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  const count = plan.dialoguePartitions.length;
  const sizes = plan.dialoguePartitions.map(() => Math.round(bytes / count));
  const label = (from: number, to: number): string =>
    `${plan.source} dialogues ${from + 1} to ${to} of ${count} parts`;
  return workRanges(sizes, { leastItems, label });
}

/** `a.jsonl … c.jsonl`, or `a.jsonl from 64 MiB`: what the pieces `[from, to)` read. */
function filesLabel(plan: ConversionPlanFile, from: number, to: number): string {
  const first = plan.pieces[from]?.slices[0];
  const last = plan.pieces[to - 1]?.slices.at(-1);
  if (first === undefined || last === undefined) return '';
  const nameOf = (file: number): string => basename(plan.files[file]?.path ?? '');
  if (first.file !== last.file) return `${nameOf(first.file)} … ${nameOf(last.file)}`;
  const start = first.kind === 'bytes' && first.from > 0 ? ` from ${mebibytes(first.from)}` : '';
  return `${nameOf(first.file)}${start}`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}
