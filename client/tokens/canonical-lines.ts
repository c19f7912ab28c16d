import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { HeadraceError } from '../../core/errors.js';
import { plural } from '../../core/format.js';
import { ignoreMissing } from '../../files/errno.js';
import { blocksOf, linesOf } from '../../files/json-lines.js';
import { parseLine } from './parse-line.js';
import type { PlacedConversation } from './placed-conversation.js';

/** Bytes of lines, with a name for messages. */
export interface LinesInput {
  readonly name: string;
  readonly blocks: AsyncIterable<Buffer>;
}

/** A file, or `stdin` where `path` is `-`. @throws {HeadraceError} FileNotFoundError. */
export async function openLines(path: string, stdin: Readable, signal: AbortSignal): Promise<LinesInput> {
  if (path === '-') return { name: 'standard input', blocks: addAbortSignal(signal, stdin) };
  const found = await stat(path).catch(ignoreMissing);
  if (found === undefined) throw new HeadraceError('FileNotFoundError', `There is no file ${path}`);
  if (found.isDirectory())
    throw new HeadraceError('FileNotFoundError', `${path} is a folder`, {
      remedy: 'Name a file in it, for instance train.jsonl.',
    });
  return { name: path, blocks: blocksOf(path, signal) };
}

/**
 * Yields the conversations of canonical lines, `rows` at most, from line `from` on. Lines of white space only
 * are skipped.
 *
 * @throws {HeadraceError} FormatError at a line that is not canonical; UsageError where there is none from
 * `from` on.
 */
export async function* canonicalLines(
  { name, blocks }: LinesInput,
  from: number,
  rows: number,
): AsyncGenerator<PlacedConversation> {
  let lines = 0;
  let left = rows;
  for await (const { line, bytes } of linesOf(blocks)) {
    if (left === 0) return;
    lines = line;
    if (line < from || bytes.toString('latin1').trim() === '') continue;
    yield { place: { file: name, line }, conversation: parseLine(bytes, `Line ${line} of ${name}`) };
    left -= 1;
  }
  if (left === rows)
    throw new HeadraceError(
      'UsageError',
      `${name} has ${plural(lines, 'line')}, and no conversation from line ${from} on`,
      { remedy: 'Lines are counted from 1.' },
    );
}
