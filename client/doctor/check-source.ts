import { inspectSource } from '../../activities/hub/resolve/inspect-source.js';
import type { SourceInspection } from '../../activities/hub/resolve/inspect-source.js';
import { failed, passed, warned } from './checks.js';
import type { Check } from './checks.js';
import { shownName } from '../../core/convert/findings/shown-name.js';
import { nonFiniteNote, unreadNames, unreadTitle } from '../../core/convert/findings/unread-notes.js';
import { formatBytes, plural } from '../../core/format.js';
import { listOf } from '../../core/hub/data-files.js';
import type { Source } from '../../core/recipe.js';
import type { LocalWork } from '../local-work.js';
import type { HeadFindings } from '../preview/head-findings.js';
import { previewSource } from '../preview/preview-source.js';
import type { SourcePreview } from '../preview/preview-source.js';
import { placesOf } from '../recipe/result-places.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';
import { forecastNotes } from '../text/head-notes.js';
import { outcomeCounts } from '../text/preview.js';

/** The checks of one source, and its size. */
export interface CheckedSource {
  readonly name: string;
  readonly checks: readonly Check[];
  /** `undefined` where its files are not known. */
  readonly size: SourceSize | undefined;
}

export interface SourceSize {
  readonly bytes: number;
  /** Bytes that are still to be downloaded. */
  readonly missingBytes: number;
}

/**
 * Checks a source without downloading it: its dataset and files, the access to them, and whether the head of
 * its first file converts. A problem of the source is a failed check, not an error.
 */
export async function checkSource(
  local: LocalWork,
  recipe: ResolvedRecipe,
  source: Source,
): Promise<CheckedSource> {
  const name = `source ${source.name}`;
  let inspection: SourceInspection;
  try {
    inspection = await inspectSource(local.hub, { source, ...placesOf(recipe) }, local.work);
  } catch (error) {
    return { name: source.name, checks: [failed(name, error)], size: undefined };
  }
  const { files, emptyFiles, notes } = inspection;
  const bytes = files.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const haveBytes = files.reduce((sum, each) => sum + each.haveBytes, 0);
  const checks: Check[] = [passed(name, inspectionText(inspection, bytes, haveBytes))];
  // Files of zero bytes have a check of their own.
  for (const note of notes) if (!note.includes('(0 bytes)')) checks.push(warned(name, note));
  if (emptyFiles.length > 0)
    checks.push(
      warned(name, `${plural(emptyFiles.length, 'zero-byte file')} will be skipped: ${listOf(emptyFiles)}`),
    );
  checks.push(...(await checkHead(local, recipe, source, inspection)));
  return { name: source.name, checks, size: { bytes, missingBytes: bytes - haveBytes } };
}

function inspectionText(inspection: SourceInspection, bytes: number, haveBytes: number): string {
  const { kind, dataset = '', commitSha = '', config = '', split = '', files } = inspection;
  const amount = `${plural(files.length, 'file')}, ${formatBytes(bytes)}`;
  if (kind === 'local') return amount;
  const place = `${dataset} at ${commitSha.slice(0, 12)}, config ${config}, split ${split}`;
  return `${place}: ${amount}, readable, ${onDiskText(bytes, haveBytes)}`;
}

function onDiskText(bytes: number, haveBytes: number): string {
  if (haveBytes === 0) return 'none on disk';
  return haveBytes === bytes ? 'all on disk' : `${formatBytes(haveBytes)} on disk`;
}

async function checkHead(
  { store }: LocalWork,
  { train }: ResolvedRecipe,
  source: Source,
  inspection: SourceInspection,
): Promise<Check[]> {
  const what = `source ${source.name}: columns`;
  try {
    const preview = await previewSource(store, source, inspection, 1, train);
    const notes = preview.notes.map((note) => warned(`source ${source.name}`, note));
    return [...notes, judgeHead(what, source, preview), ...judgeFindings(source, preview.head)];
  } catch (error) {
    return [failed(what, error)];
  }
}

/** What is not read, and what the training would leave untrained. */
function judgeFindings({ name }: Source, head: HeadFindings): Check[] {
  const { names, others, remedy } = unreadNames(head.findings);
  const counts = names.map((each) => `${shownName(each.name)} in ${each.conversations}`);
  const more = others === 0 ? '' : ` and ${plural(others, 'more name')}`;
  const unread = `${unreadTitle}: ${counts.join(', ')}${more} of ${plural(head.findings.converted, 'conversation')}`;
  return [
    ...(names.length === 0 ? [] : [warned(`source ${name}`, unread, remedy)]),
    ...forecastNotes(head).map(({ text, remedy: toDo }) => warned(`source ${name}: training`, text, toDo)),
  ];
}

function judgeHead(what: string, source: Source, preview: SourcePreview): Check {
  const { counts, format, formatReason, columnProblem, head } = preview;
  const nonFinite = nonFiniteNote(head.findings);
  const message = [
    `format ${format} (${formatReason})`,
    `of the first rows: ${outcomeCounts(counts)}`,
    ...[nonFinite, columnProblem].filter((note) => note !== undefined),
  ].join('; ');
  const remedy = `npx headrace preview <recipe> --source ${source.name} shows them`;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const { converted = 0, filtered = 0 } = counts;
  const rejected = all - converted - filtered;
  if (all > 0 && rejected / all > source.max_reject_fraction)
    return warned(what, `${message}; more are rejected than max_reject_fraction allows`, remedy);
  if (converted === 0) return warned(what, `${message}; none is converted`, remedy);
  return columnProblem === undefined ? passed(what, message) : warned(what, message, remedy);
}
