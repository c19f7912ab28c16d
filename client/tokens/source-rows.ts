import { inspectSource } from '../../activities/hub/resolve/inspect-source.js';
import { detectionSampleRows } from '../../core/convert/detect-format.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import type { WorkContext } from '../../core/progress.js';
import type { Source } from '../../core/recipe.js';
import type { LocalWork } from '../local-work.js';
import { previewSource, type SourcePreview } from '../preview/preview-source.js';
import type { PreviewedRow } from '../preview/previewed-rows.js';
import type { ResultPlaces } from '../recipe/result-places.js';
import type { PlacedConversation } from './placed-conversation.js';

/** The first conversations of a source. */
export interface SourceRows {
  /** The row that was asked for, where it is no conversation. */
  readonly skipped?: Pick<PreviewedRow, 'row' | 'outcome'>;
  readonly preview: SourcePreview;
  readonly conversations: readonly PlacedConversation[];
}

/**
 * Reads the head of a source's first file, as `preview` does, and converts it.
 *
 * @param from - the first row that may be shown, from 1.
 * @param rows - conversations, at most.
 * @throws {HeadraceError} UsageError where the head has no conversation from row `from` on; as
 * {@link previewSource}.
 */
export async function sourceRows(
  { store, hub }: LocalWork,
  source: Source,
  input: {
    readonly places: ResultPlaces;
    readonly from: number;
    readonly rows: number;
    readonly work: WorkContext;
  },
): Promise<SourceRows> {
  const { places, from, rows, work } = input;
  const inspection = await inspectSource(hub, { source, ...places }, work);
  const read = Math.max(detectionSampleRows, from + rows - 1);
  const preview = await previewSource(store, source, inspection, read);
  const { name, file } = preview;
  const conversations = preview.rows
    .flatMap(({ row, after }) =>
      after === null || row < from ? [] : [{ place: { source: name, file, row }, conversation: after }],
    )
    .slice(0, rows);
  const asked = preview.rows.find(({ row }) => row === from);
  const skipped = from > 1 && asked?.after === null ? asked : undefined;
  if (conversations.length > 0) return { preview, conversations, ...defined({ skipped }) };
  const why =
    asked === undefined ? `the first ${preview.rows.length} rows were read` : `row ${from}: ${asked.outcome}`;
  throw new HeadraceError(
    'UsageError',
    `${name} has no conversation from row ${from} of ${file} on (${why})`,
    { remedy: `\`npx headrace preview RECIPE --source ${name}\` shows what becomes of its rows.` },
  );
}
