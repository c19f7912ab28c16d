import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { defined } from '../../core/defined.js';
import { parseRange, type ByteRange } from './byte-range.js';
import type { Faults } from './faults.js';
import { damageChunk, takeResponseFaults, type ResponseFaults } from './response-faults.js';
import type { Recorder } from './stats.js';

export interface FileAnswer {
  readonly localPath: string;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `datasets/<id>/<path>`, for the statistics. */
  readonly name: string;
}

/** Answers with a file or a range of it. The faults that are armed for the response apply. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  pinned: FileAnswer,
  faults: Faults,
  recorder: Recorder,
): Promise<void> {
  const path = new URL(request.url, 'http://localhost').pathname;
  const change = faults.take('change', path);
  const file =
    change === undefined
      ? pinned
      : { ...pinned, etag: 'changed', sizeBytes: pinned.sizeBytes + change.longerBytes };
  const etag = `"${file.etag}"`;
  const ifRange = request.headers['if-range'];
  const requested = ifRange === undefined || ifRange === etag ? request.headers.range : undefined;
  const range = parseRange(requested, file.sizeBytes);
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
  const taken = {
    ...takeResponseFaults(faults, path, { from, to }),
    ...defined({ isChanged: change === undefined ? undefined : true }),
  };
  const recorded = recorder.response(file.name, request.raw.socket);
  try {
    await sendBytes(raw, file, { from, to }, taken, recorded.sent);
  } finally {
    recorded.ended();
  }
}

/** Large, so that the Hub is not the bottleneck of a measured client. */
const readBytes = 524_288;
/** Small, so that a fault takes effect near its byte and a slow response is sent evenly. */
const faultyReadBytes = 65_536;

/**
 * Buffers of responses that ended. New ones for each range would cost up to a third of the Hub's CPU seconds:
 * memory outside the heap makes V8 collect garbage.
 */
const spareBuffers: Buffer[] = [];

/** @param bytes - the most that are read at once. */
function takeBuffer(bytes: number): Buffer {
  const spare = bytes === readBytes ? spareBuffers.pop() : undefined;
  return spare ?? Buffer.allocUnsafeSlow(bytes);
}

/** Keeps a buffer from which everything is written. */
function giveBuffer(buffer: Buffer): void {
  if (buffer.length === readBytes) spareBuffers.push(buffer);
}

async function sendBytes(
  raw: ServerResponse,
  file: FileAnswer,
  { from, to }: ByteRange,
  faults: ResponseFaults,
  count: (bytes: number) => void,
): Promise<void> {
  const closed = once(raw, 'close').then(() => undefined);
  const isFaulty = Object.keys(faults).length > 0;
  const bufferBytes = Math.min(isFaulty ? faultyReadBytes : readBytes, to - from);
  // Two buffers serve the whole response: one is sent while the other is filled.
  const slots = [0, 1].map(() => ({
    buffer: takeBuffer(bufferBytes),
    written: Promise.resolve(),
  }));
  const { stop, bytesPerSecond } = faults;
  const startedMs = performance.now();
  const source = await open(file.localPath, 'r');
  let sent = 0;
  try {
    for (let turn = 0; from + sent < to; turn += 1) {
      const slot = slots[turn % 2];
      if (slot === undefined) return;
      await Promise.race([slot.written, closed]);
      const wanted = Math.min(bufferBytes, to - from - sent);
      // Synchronous: a switch to a thread of the pool costs more than a read from the page cache.
      const bytesRead = readSync(source.fd, slot.buffer, 0, wanted, from + sent);
      if (raw.destroyed) return;
      // The file has become shorter than Content-Length.
      if (bytesRead === 0) {
        raw.destroy();
        return;
      }
      let chunk = slot.buffer.subarray(0, bytesRead);
      damageChunk(chunk, from + sent, faults);
      const stopsHere = stop !== undefined && sent + chunk.length >= stop.bytes;
      if (stopsHere) chunk = chunk.subarray(0, stop.bytes - sent);
      count(chunk.length);
      sent += chunk.length;
      slot.written = new Promise((done) => raw.write(chunk, () => done()));
      if (bytesPerSecond !== undefined)
        await sleep(Math.max(0, startedMs + (sent / bytesPerSecond) * 1000 - performance.now()));
      if (!stopsHere) continue;
      // The last chunk must leave the process before the connection is cut.
      await Promise.race([slot.written, closed]);
      if (stop.cut) raw.destroy();
      else await closed;
      return;
    }
    raw.end();
    for (const { buffer, written } of slots) void written.then(() => giveBuffer(buffer));
  } finally {
    await source.close();
  }
}
