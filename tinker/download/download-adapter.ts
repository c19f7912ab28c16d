import { open } from 'node:fs/promises';
import { z } from 'zod';
import { deleteCheckpoint, restPath } from '../checkpoints.js';
import { TinkerError } from '../errors.js';
import { parseAnswer } from '../http/answer.js';
import type { Transport } from '../http/transport.js';
import { parseCheckpointPath } from '../paths.js';
import { AdapterNames } from './adapter-names.js';
import { fetchFile } from './fetch-file.js';
import { tarFiles } from './tar.js';

/** Where the files of an adapter are written. */
export interface AdapterTarget {
  /**
   * Path of a file of the adapter; its folder exists, the file does not.
   *
   * @param name - unique, and a relative path that stays below a folder on every system.
   */
  fileFor(name: string): Promise<string>;
  /** Path of a temporary file for the archive of a server that sends one. The caller removes it. */
  readonly archive: string;
}

export interface DownloadOptions {
  readonly transport: Transport;
  /** Exports the state as external weights. Returns their path. */
  readonly exportState: () => Promise<string>;
  readonly signal?: AbortSignal | undefined;
}

const Urls = z.object({ urls: z.record(z.string(), z.string()) });
const ArchiveUrl = z.object({ url: z.string() });
/** A file in the archives of the hosted service that marks the end of a save. */
const endMark = 'checkpoint_complete';

/** See `Tinker.downloadAdapter`. */
export async function downloadAdapter(
  options: DownloadOptions,
  path: string,
  target: AdapterTarget,
): Promise<void> {
  const { runId, kind, name } = parseCheckpointPath(path);
  if (kind === 'external_weights') {
    await downloadFiles(options, path, target);
    return;
  }
  // SkyRL archives sampler weights under their name alone.
  const archive =
    (await archiveUrl(options, restPath(path))) ??
    (kind === 'sampler_weights'
      ? await archiveUrl(options, `training_runs/${runId}/checkpoints/${name}`)
      : undefined);
  if (archive !== undefined) await downloadArchive(options, archive, target);
  else if (kind === 'sampler_weights')
    throw new TinkerError(
      'request',
      `The server does not export sampler weights: export a saved state, not ${path}`,
    );
  else await downloadExport(options, target);
}

async function downloadExport(options: DownloadOptions, target: AdapterTarget): Promise<void> {
  const exported = await options.exportState();
  try {
    await downloadFiles(options, exported, target);
  } finally {
    await deleteCheckpoint(options.transport, exported, options.signal);
  }
}

async function downloadFiles(
  { transport, signal }: DownloadOptions,
  path: string,
  target: AdapterTarget,
): Promise<void> {
  const restUrl = `${restPath(path)}/external_weights_urls`;
  const answer = await transport.send({ class: 'control', method: 'GET', path: restUrl, signal });
  const urls = Object.entries(parseAnswer(Urls, answer, restUrl).urls);
  const names = new AdapterNames();
  // All names are checked before the first file is fetched.
  for (const [name] of urls) names.add(name);
  for (const [name, url] of urls) await fetchFile(transport, url, await target.fileFor(name), signal);
}

/** Needs room on disk for the archive and its files at once, and memory for neither. */
async function downloadArchive(
  { transport, signal }: DownloadOptions,
  url: string,
  target: AdapterTarget,
): Promise<void> {
  await fetchFile(transport, url, target.archive, signal);
  const names = new AdapterNames();
  for await (const { name, parts } of tarFiles(target.archive)) {
    if (name === endMark) continue;
    names.add(name);
    const file = await open(await target.fileFor(name), 'wx');
    try {
      for await (const part of parts) {
        signal?.throwIfAborted();
        await file.writeFile(part);
      }
    } finally {
      await file.close();
    }
  }
}

/** The signed URL of the archive, from a redirect or JSON; `undefined` where the server has no archives. */
async function archiveUrl(
  { transport, signal }: DownloadOptions,
  checkpoint: string,
): Promise<string | undefined> {
  const path = `${checkpoint}/archive`;
  try {
    const answer = await transport.send({
      class: 'control',
      method: 'GET',
      path,
      wantsRedirect: true,
      signal,
    });
    return answer.headers.get('location') ?? parseAnswer(ArchiveUrl, answer, path).url;
  } catch (error) {
    const hasNone = error instanceof TinkerError && ['not-found', 'expired', 'request'].includes(error.kind);
    if (hasNone) return undefined;
    throw error;
  }
}
