import type { DownloadedAdapter, Tinker } from '../../tinker/index.js';
import { asDiskFull } from '../../files/room.js';
import { isTinkerError } from '../../activities/train/server/tinker-errors.js';

export interface ExportedAdapter extends DownloadedAdapter {
  /** The checkpoint that the server gave it from. */
  readonly from: string;
}

/**
 * Fetches a checkpoint's adapter in PEFT layout into `folder`. The hosted service exports saved states, SkyRL and older servers give
 * archives of sampler weights: what the server refuses of one path is tried with the next.
 *
 * @param paths - of one checkpoint, at least one.
 * @throws {TinkerError} what the server says to the last path, where it gives none of them away.
 * @throws {HeadraceError} DiskFullError.
 */
export async function exportAdapter(
  tinker: Tinker,
  paths: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<ExportedAdapter> {
  let refusal: unknown;
  for (const from of paths)
    try {
      return { ...(await tinker.downloadAdapter(from, folder, signal)), from };
    } catch (error) {
      if (!isTinkerError(error, 'request', 'not-found', 'failed')) throw asDiskFull(error, folder);
      refusal = error;
    }
  throw refusal;
}
