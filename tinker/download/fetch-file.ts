import { open } from 'node:fs/promises';
import { describeFailure, TinkerError } from '../errors.js';
import { bodyParts } from '../http/read-body.js';
import type { Transport } from '../http/transport.js';

/** A download without a byte for this long is cut off and begun again. */
const stallMs = 60_000;
const mostTries = 3;

/** One file of an adapter, or an archive as it is sent. */
const largestFileBytes = 4 * 1024 ** 3;

/**
 * Downloads a signed URL into a file. The URL is its own credential: the transport's is not sent. Tried three
 * times where nothing answers, or nothing more comes for a minute.
 *
 * @throws {TinkerError} unavailable; protocol, where the URL is not https or its file is larger than 4 GiB.
 */
export async function fetchFile(
  transport: Pick<Transport, 'baseUrl' | 'clock' | 'fetch'>,
  url: string,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!isDownloadUrl(url, transport.baseUrl))
    throw new TinkerError('protocol', 'The server names an address for a download that is not https');
  for (let tries = 1; ; tries += 1)
    try {
      signal?.throwIfAborted();
      await tryFetch(transport.fetch, url, file, signal);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      // Another try mends neither a full disk nor an answer that the server gave.
      if (error instanceof TinkerError || isFileError(error)) throw error;
      if (tries === mostTries)
        throw new TinkerError('unavailable', `${new URL(url).host}: ${describeFailure(error)}`, {
          cause: error,
        });
      await transport.clock.sleep(1_000 * 2 ** (tries - 1), signal);
    }
}

async function tryFetch(
  fetchUrl: typeof fetch,
  url: string,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error('nothing came for a minute')), stallMs);
  const handle = await open(file, 'w');
  try {
    const response = await fetchUrl(url, {
      signal: signal === undefined ? stalled.signal : AbortSignal.any([signal, stalled.signal]),
    });
    const { status } = response;
    if (status !== 200) {
      await response.body?.cancel();
      throw new TinkerError('unavailable', `The download of ${new URL(url).host} answered ${status}`, {
        status,
      });
    }
    for await (const part of bodyParts(response, { url, limitBytes: largestFileBytes })) {
      timer.refresh();
      await handle.writeFile(part);
    }
  } finally {
    clearTimeout(timer);
    await handle.close();
  }
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'write';
}

/** Unencrypted downloads are for servers whose API is unencrypted too. */
function isDownloadUrl(url: string, baseUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && new URL(baseUrl).protocol === 'http:');
}
