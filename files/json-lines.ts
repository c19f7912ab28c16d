import { open } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../core/errors.js';

/** One line of a text file, without its newline. */
interface TextLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** One line of a JSON Lines file, and its parsed value. */
export interface JsonLine<Value> extends TextLine {
  readonly value: Value;
}

/** A line that is not JSON, or not the JSON that its reader takes. */
export class DamagedLineError extends Error {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;

  constructor(path: string, line: number, reason: string) {
    super(`${path}, line ${line}: ${reason}`);
    this.name = 'DamagedLineError';
    this.path = path;
    this.line = line;
    this.reason = reason;
  }
}

/** JSON Lines of values, as {@link readJsonLines} reads them. */
export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/**
 * Yields the values of a JSON Lines file that Headrace wrote. Lines of white space only are skipped. Memory:
 * the longest line, and one block.
 *
 * @throws {DamagedLineError} at the first line that is not JSON, or that the schema refuses.
 */
export async function* readJsonLines<Value>(
  path: string,
  schema: z.ZodType<Value>,
  signal?: AbortSignal,
): AsyncGenerator<JsonLine<Value>> {
  yield* jsonLinesIn(blocksOf(path, signal), path, schema);
}

/** As {@link readJsonLines}, of a stream of blocks. @param place - of the file, for errors. */
export async function* jsonLinesIn<Value>(
  blocks: AsyncIterable<Buffer>,
  place: string,
  schema: z.ZodType<Value>,
): AsyncGenerator<JsonLine<Value>> {
  for await (const { line, bytes } of linesOf(blocks)) {
    const text = bytes.toString('utf8');
    if (text.trim() !== '') yield { line, text, value: parseLine(place, line, text, schema) };
  }
}

function parseLine<Value>(path: string, line: number, text: string, schema: z.ZodType<Value>): Value {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new DamagedLineError(path, line, messageOf(error));
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new DamagedLineError(path, line, z.prettifyError(parsed.error));
  return parsed.data;
}

/** One line of a text, counted from 1; `undefined` where it has fewer. */
export async function lineOf(blocks: AsyncIterable<Buffer>, wanted: number): Promise<string | undefined> {
  for await (const { line, bytes } of linesOf(blocks)) if (line === wanted) return bytes.toString('utf8');
  return undefined;
}

const blockBytes = 64 * 1024;

/** Yields the bytes of a file, block by block. */
export async function* blocksOf(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(blockBytes), 0, blockBytes);
      if (bytesRead === 0) break;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

const newline = 0x0a;

/**
 * Yields the lines of a stream of blocks, without their newlines, counted from 1. A line ends at `\n` only:
 * JSON texts hold U+2028 and U+2029 as they are, and `node:readline` breaks lines there since Node 24.
 */
export async function* linesOf(
  blocks: AsyncIterable<Buffer>,
): AsyncGenerator<{ readonly line: number; readonly bytes: Buffer }> {
  let line = 0;
  let held: Buffer[] = [];
  for await (const block of blocks) {
    let start = 0;
    for (let end = block.indexOf(newline); end !== -1; end = block.indexOf(newline, start)) {
      line += 1;
      yield { line, bytes: joined([...held, block.subarray(start, end)]) };
      held = [];
      start = end + 1;
    }
    if (start < block.length) held.push(block.subarray(start));
  }
  if (held.length > 0) yield { line: line + 1, bytes: joined(held) };
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}
