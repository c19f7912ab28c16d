import { HeadraceError } from '../../../core/errors.js';
import { columnProblem } from '../../../core/hub/column-check.js';
import { hubRangeReader } from '../download/range-reader.js';
import type { HubClient } from '../http/hub-client.js';
import type { CommitFile } from '../http/repository.js';
import type { HubSource } from './inspect-dataset.js';
import { columnsOf, readFooter } from './parquet-footer.js';

/**
 * Checks the first file of a source before anything is downloaded. It reads one byte, because a gated dataset
 * refuses reads but not listings. Where the recipe names columns, it reads the footer of a parquet file.
 *
 * @throws {HeadraceError} what the Hub's refusal means; HubUnavailableError; FormatError for a column that
 * does not exist.
 */
export async function checkReadable(
  client: HubClient,
  source: HubSource,
  first: CommitFile,
  signal: AbortSignal,
): Promise<void> {
  const { commit, file } = first;
  const read = hubRangeReader(client, first, signal);
  await read({ start: 0, end: 1 });
  if (!namesColumns(source) || !/\.parquet$/i.test(file.path)) return;
  const { metadata } = await readFooter(file.path, file.sizeBytes, read);
  const problem = columnProblem(source, columnsOf(metadata));
  if (problem !== undefined)
    throw new HeadraceError('FormatError', `${file.path} of ${commit.id}: ${problem}`, {
      remedy: 'Correct format, fields or filter in the recipe.',
    });
}

function namesColumns({ format, fields, filter }: HubSource): boolean {
  return format !== undefined || fields !== undefined || filter !== undefined;
}
