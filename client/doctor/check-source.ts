import type { ArtifactStore } from '../../activities/artifacts/store.js';
import type { HubAccess } from '../../activities/hub/hub-access.js';
import { inspectSource, type SourceInspection } from '../../activities/hub/resolve/inspect-source.js';
import { previewSource } from '../preview/preview-source.js';
import { failed, passed, warned, type Check } from './checks.js';
import { formatBytes, plural } from '../../core/format.js';
import { listOf } from '../../core/hub/split-files.js';
import type { WorkContext } from '../../core/progress.js';
import type { Source } from '../../core/recipe.js';
import type { ResolvedRecipe } from '../recipe/recipe-file.js';

/** What looking at a source found. */
export interface CheckedSource {
  readonly source: Source;
  readonly checks: readonly Check[];
  readonly inspection: SourceInspection | undefined;
  readonly bytes: number;
  /** Bytes that are still to be downloaded. */
  readonly missingBytes: number;
}

/**
 * Looks at one source as far as that goes without downloading it: what it is, its files, the gate, and whether the head
 * of its first file converts. Never throws for what the source is like.
 */
export async function checkSource(
  store: ArtifactStore,
  hub: HubAccess,
  recipe: ResolvedRecipe,
  source: Source,
  work: WorkContext,
): Promise<CheckedSource> {
  const name = `source ${source.name}`;
  let inspection: SourceInspection;
  try {
    inspection = await inspectSource(hub, { source, out: recipe.out }, work);
  } catch (error) {
    work.signal.throwIfAborted();
    return { source, checks: [failed(name, error)], inspection: undefined, bytes: 0, missingBytes: 0 };
  }
  const { files, emptyFiles, notes } = inspection;
  const bytes = files.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const have = files.reduce((sum, { haveBytes }) => sum + haveBytes, 0);
  const checks: Check[] = [passed(name, describe(inspection, bytes, have))];
  for (const note of notes) if (!note.includes('(0 bytes)')) checks.push(warned(name, note));
  if (emptyFiles.length > 0)
    checks.push(
      warned(name, `${plural(emptyFiles.length, 'zero-byte file')} will be skipped: ${listOf(emptyFiles)}`),
    );
  checks.push(await checkHead(store, source, inspection, work));
  return { source, checks, inspection, bytes, missingBytes: bytes - have };
}

function describe(inspection: SourceInspection, bytes: number, have: number): string {
  const { kind, dataset, commitSha = '', config, split, files } = inspection;
  const amount = `${plural(files.length, 'file')}, ${formatBytes(bytes)}`;
  if (kind === 'local') return amount;
  const onDisk =
    have === 0 ? 'none on disk' : have === bytes ? 'all on disk' : `${formatBytes(have)} on disk`;
  return `${dataset ?? ''} at ${commitSha.slice(0, 12)}, config ${config ?? ''}, split ${split ?? ''}: ${amount}, readable, ${onDisk}`;
}

async function checkHead(
  store: ArtifactStore,
  source: Source,
  inspection: SourceInspection,
  work: WorkContext,
): Promise<Check> {
  const what = `source ${source.name}: columns`;
  try {
    const preview = await previewSource(store, source, inspection, 1);
    const { counts, format, formatReason } = preview;
    const told = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
    const message = [
      `format ${format} (${formatReason})`,
      `of the first rows: ${told.join(', ')}`,
      ...(preview.columnProblem === undefined ? [] : [preview.columnProblem]),
    ].join('; ');
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const good = (counts['converted'] ?? 0) + (counts['filtered'] ?? 0);
    const tooMany = all > 0 && (all - good) / all > source.max_reject_fraction;
    const seeRows = `npx headrace preview <recipe> --source ${source.name} shows them`;
    if (tooMany)
      return warned(what, `${message}; more are rejected than max_reject_fraction allows`, seeRows);
    if ((counts['converted'] ?? 0) === 0) return warned(what, `${message}; none is converted`, seeRows);
    if (preview.columnProblem !== undefined) return warned(what, message, seeRows);
    return passed(what, message);
  } catch (error) {
    work.signal.throwIfAborted();
    return failed(what, error);
  }
}
