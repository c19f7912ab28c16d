import { open } from 'node:fs/promises';
import { z } from 'zod';
import { AdapterFolder, type DownloadedAdapter } from './adapter-folder.js';
import { deleteCheckpoint, restPath } from './checkpoints.js';
import { TinkerError } from './errors.js';
import { parseCheckpointPath } from './paths.js';
import { tarFiles } from './tar.js';
import { parseAnswer, type Transport } from './transport.js';

export interface DownloadOptions {
  readonly transport: Transport;
  /** Exports the state as external weights. Returns their path. */
  readonly exportState: () => Promise<string>;
  readonly signal?: AbortSignal | undefined;
}

const Urls = z.object({ urls: z.record(z.string(), z.string()) });
const ArchiveUrl = z.object({ url: z.string() });

/** One file of an adapter, or an archive as it is sent. */
const largestFileBytes = 4 * 1024 ** 3;

/** See `Tinker.downloadAdapter`. */
export async function downloadAdapter(
  options: DownloadOptions,
  path: string,
  folder: string,
): Promise<DownloadedAdapter> {
  const { kind } = parseCheckpointPath(path);
  if (kind === 'external_weights') return fetchFiles(options, path, folder);
  const { runId, name } = parseCheckpointPath(path);
  // SkyRL names what it archives, sampler weights, by the name alone.
  const archive =
    (await archiveUrl(options, restPath(path))) ??
    (kind === 'sampler_weights'
      ? await archiveUrl(options, `training_runs/${runId}/checkpoints/${name}`)
      : undefined);
  if (archive !== undefined) return fetchArchive(options, archive, folder);
  if (kind === 'sampler_weights')
    throw new TinkerError(
      'request',
      `The server gives no sampler weights away: export a saved state, not ${path}`,
    );
  const exported = await options.exportState();
  try {
    return await fetchFiles(options, exported, folder);
  } finally {
    await deleteCheckpoint(options.transport, exported, options.signal);
  }
}

async function fetchFiles(
  options: DownloadOptions,
  path: string,
  folder: string,
): Promise<DownloadedAdapter> {
  const { transport, signal } = options;
  const restUrl = `${restPath(path)}/external_weights_urls`;
  const answer = await transport.send({ class: 'control', method: 'GET', path: restUrl, signal });
  const urls = Object.entries(parseAnswer(Urls, answer, restUrl).urls);
  return AdapterFolder.fill(folder, async (adapter) => {
    // Every name is looked at before the first file is fetched.
    const files: [url: string, path: string][] = [];
    for (const [name, url] of urls) files.push([url, await adapter.add(name)]);
    for (const [url, path] of files) await fetchFile(options, url, path);
  });
}

/** Needs the archive and its files on disk at once, and neither in memory. */
async function fetchArchive(
  options: DownloadOptions,
  url: string,
  folder: string,
): Promise<DownloadedAdapter> {
  return AdapterFolder.fill(folder, async (adapter) => {
    const archive = adapter.besides('archive');
    await fetchFile(options, url, archive);
    for await (const { name, parts } of tarFiles(archive)) {
      if (name === 'checkpoint_complete') continue;
      const file = await open(await adapter.add(name), 'wx');
      try {
        for await (const part of parts) {
          options.signal?.throwIfAborted();
          await file.writeFile(part);
        }
      } finally {
        await file.close();
      }
    }
  });
}

/** The signed URL of the archive, as a redirect or in JSON; undefined where the server has no archives. */
async function archiveUrl(
  { transport, signal }: DownloadOptions,
  checkpoint: string,
): Promise<string | undefined> {
  const restUrl = `${checkpoint}/archive`;
  try {
    const answer = await transport.send({
      class: 'control',
      method: 'GET',
      path: restUrl,
      wantsRedirect: true,
      signal,
    });
    return answer.headers.get('location') ?? parseAnswer(ArchiveUrl, answer, restUrl).url;
  } catch (error) {
    const hasNone = error instanceof TinkerError && ['not-found', 'expired', 'request'].includes(error.kind);
    if (hasNone) return undefined;
    throw error;
  }
}

/** A signed URL is its own credential: ours is not sent to wherever it leads. */
async function fetchFile({ transport, signal }: DownloadOptions, url: string, file: string): Promise<void> {
  if (!isDownloadUrl(url, transport.baseUrl))
    throw new TinkerError('protocol', 'The server names an address for a download that is not https');
  const { status } = await transport.fetchFile(url, file, { limitBytes: largestFileBytes, signal });
  if (status !== 200)
    throw new TinkerError('unavailable', `The download of ${new URL(url).host} answered ${status}`, {
      status,
    });
}

/** Unencrypted downloads are for servers that are talked to without encryption anyway. */
function isDownloadUrl(url: string, baseUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && new URL(baseUrl).protocol === 'http:');
}
