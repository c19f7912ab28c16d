import { closeSync, openSync } from 'node:fs';
import { HeadraceError } from '../../core/errors.js';
import type { JobContext } from '../threads/thread-pool.js';
import { readFully } from './entry-file.js';
import { UncachedWriter } from './uncached-writer.js';

/** A file of whole lines, one of those that make up train.jsonl or heldout.jsonl. */
export interface LinesPart {
  readonly path: string;
  readonly bytes: number;
}

export interface JoinPartsInput {
  readonly parts: readonly LinesPart[];
  /** The file to write. */
  readonly out: string;
}

const blockBytes = 1024 * 1024;

/** Writes files one behind the other into a new one, and waits for the disk. A job for a thread. */
export async function joinParts({ parts, out }: JoinPartsInput, context: JobContext): Promise<null> {
  const writer = new UncachedWriter(out);
  try {
    let done = 0;
    for (const block of readParts(parts, writer.block)) {
      writer.write(block.length);
      done += block.length;
      context.progress(done);
    }
    writer.flush();
  } finally {
    writer.close();
  }
  return null;
}

/**
 * The bytes of files one behind the other, in whole blocks but for the last, each of which is good until the next one is
 * asked for.
 *
 * @param block - where they are read to.
 * @throws {HeadraceError} ArtifactCorruptError where a file has another size.
 */
export function* readParts(
  parts: readonly LinesPart[],
  block = Buffer.allocUnsafeSlow(blockBytes),
): Generator<Buffer> {
  let used = 0;
  for (const { path, bytes } of parts) {
    const descriptor = openSync(path, 'r');
    try {
      let at = 0;
      for (;;) {
        const room = block.subarray(used);
        const read = readFully(descriptor, room, at);
        at += read;
        used += read;
        if (read < room.length) break;
        yield block;
        used = 0;
      }
      if (at !== bytes)
        throw new HeadraceError('ArtifactCorruptError', `${path} has ${at} bytes instead of ${bytes}`);
    } finally {
      closeSync(descriptor);
    }
  }
  if (used > 0) yield block.subarray(0, used);
}

/** Bytes `[from, to)` of a file. */
export interface PartStretch {
  readonly path: string;
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** Where the bytes `[from, to)` of all parts one behind the other are. */
export function stretchOf(parts: readonly LinesPart[], from: number, to: number): PartStretch[] {
  let at = 0;
  const found: PartStretch[] = [];
  for (const { path, bytes } of parts) {
    if (at < to && at + bytes > from)
      found.push({ path, from: Math.max(0, from - at), to: Math.min(bytes, to - at) });
    at += bytes;
  }
  return found;
}
