import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Faults } from './faults.js';
import type { Recorder } from './stats.js';
import { defined } from '../../core/defined.js';

export interface FileAnswer {
  readonly localPath: string;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the statistics: `datasets/<id>/<path>`. */
  readonly name: string;
}

interface ByteRange {
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/**
 * One range of a Range header; `undefined` where the whole file is meant, `null` where it cannot be
 * satisfied.
 */
function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [first = '', last = ''] = match?.slice(1) ?? [];
  if (match === null || (first === '' && last === '')) return undefined;
  if (first === '') return { from: Math.max(0, sizeBytes - Number(last)), to: sizeBytes };
  const from = Number(first);
  const to = last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  return from < to ? { from, to } : null;
}

/** Answers with a file or a range of it, and with whatever fault is armed for it. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  pinned: FileAnswer,
  faults: Faults,
  recorder: Recorder,
): Promise<void> {
  const path = new URL(request.url, 'http://hub').pathname;
  const change = faults.take('change', path);
  const file =
    change === undefined
      ? pinned
      : { ...pinned, etag: 'changed', sizeBytes: pinned.sizeBytes + change.longerBytes };
  const etag = `"${file.etag}"`;
  const ifRange = request.headers['if-range'];
  const asked = ifRange === undefined || ifRange === etag ? request.headers.range : undefined;
  const range = parseRange(asked, file.sizeBytes);
  reply.hijack();
  const raw = reply.raw;
  const headers = { ...file.headers, ETag: etag, 'Accept-Ranges': 'bytes' };
  if (range === null) {
    raw.writeHead(416, { ...headers, 'Content-Range': `bytes */${file.sizeBytes}` }).end();
    return;
  }
  const { from, to } = range ?? { from: 0, to: file.sizeBytes };
  raw.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'Content-Type': 'application/octet-stream',
    'Content-Length': to - from,
    ...(range === undefined ? {} : { 'Content-Range': `bytes ${from}-${to - 1}/${file.sizeBytes}` }),
  });
  if (request.method === 'HEAD' || from === to) {
    raw.end();
    return;
  }
  const strike = {
    ...faultsOf(faults, path, { from, to }),
    ...(change === undefined ? {} : { isOther: true }),
  };
  const answer = recorder.response(file.name, request.raw.socket);
  try {
    await sendBytes(raw, file, { from, to }, strike, answer.sent);
  } finally {
    answer.ended();
  }
}

/** Large, so that the Hub is not what a measured client waits for. */
const readBytes = 524_288;
/** Small, so that a fault strikes near the byte that it names and a slow connection trickles. */
const faultyReadBytes = 65_536;

interface Strike {
  /** Stop after that many bytes; what follows is a cut or silence. */
  readonly stop?: { readonly bytes: number; readonly cut: boolean };
  readonly corruptAt?: number;
  /** No byte is what it was. */
  readonly isOther?: boolean;
  readonly bytesPerSecond?: number;
}

function faultsOf(faults: Faults, path: string, range: ByteRange): Strike {
  const drop = faults.take('drop-after', path);
  const stall = drop === undefined ? faults.take('stall', path) : undefined;
  const corrupt = faults.take('corrupt', path, ({ offset }) => offset >= range.from && offset < range.to);
  const rate = faults.take('rate', path);
  return {
    ...(drop === undefined ? {} : { stop: { bytes: drop.bytes, cut: true } }),
    ...(stall === undefined ? {} : { stop: { bytes: stall.bytes, cut: false } }),
    ...defined({ corruptAt: corrupt?.offset, bytesPerSecond: rate?.bytesPerSecond }),
  };
}

async function sendBytes(
  raw: ServerResponse,
  file: FileAnswer,
  { from, to }: ByteRange,
  strike: Strike,
  count: (bytes: number) => void,
): Promise<void> {
  const gone = once(raw, 'close').then(() => undefined);
  const isFaulty = Object.keys(strike).length > 0;
  const bufferBytes = Math.min(isFaulty ? faultyReadBytes : readBytes, to - from);
  // Two buffers for the whole answer: one is sent while the other is filled.
  const slots = [0, 1].map(() => ({
    buffer: Buffer.allocUnsafeSlow(bufferBytes),
    written: Promise.resolve(),
  }));
  const { stop, corruptAt, bytesPerSecond } = strike;
  const started = performance.now();
  const source = await open(file.localPath, 'r');
  let sent = 0;
  try {
    for (let turn = 0; from + sent < to; turn += 1) {
      const slot = slots[turn % 2];
      if (slot === undefined) return;
      await Promise.race([slot.written, gone]);
      const wanted = Math.min(bufferBytes, to - from - sent);
      // Not in a thread of the pool: to hand that over and back costs more than the read from the page cache.
      const bytesRead = readSync(source.fd, slot.buffer, 0, wanted, from + sent);
      if (raw.destroyed) return;
      // The file has become shorter: the client sees fewer bytes than were announced.
      if (bytesRead === 0) {
        raw.destroy();
        return;
      }
      let chunk = slot.buffer.subarray(0, bytesRead);
      if (corruptAt !== undefined && corruptAt >= from + sent && corruptAt < from + sent + bytesRead) {
        const index = corruptAt - from - sent;
        chunk[index] = (chunk[index] ?? 0) ^ 0xff;
      }
      if (strike.isOther === true) for (const [index, byte] of chunk.entries()) chunk[index] = byte ^ 0xff;
      const stopsHere = stop !== undefined && sent + chunk.length >= stop.bytes;
      if (stopsHere) chunk = chunk.subarray(0, stop.bytes - sent);
      count(chunk.length);
      sent += chunk.length;
      slot.written = new Promise((done) => raw.write(chunk, () => done()));
      if (bytesPerSecond !== undefined)
        await sleep(Math.max(0, started + (sent / bytesPerSecond) * 1000 - performance.now()));
      if (!stopsHere) continue;
      // What was written is on its way before the connection goes, or falls silent.
      await Promise.race([slot.written, gone]);
      if (stop.cut) raw.destroy();
      else await gone;
      return;
    }
    raw.end();
  } finally {
    await source.close();
  }
}
