import { isUtf8 } from 'node:buffer';
import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { z } from 'zod';
import { Conversation } from '../../activities/mix/format/train-line.js';
import { HeadraceError, messageOf } from '../../core/errors.js';
import { ignoreMissing } from '../../files/errno.js';
import { blocksOf, linesOf } from '../../files/json-lines.js';
import type { PlacedConversation } from './placed-conversation.js';

/** Bytes of lines, with a name for messages. */
export interface LinesInput {
  readonly name: string;
  readonly blocks: AsyncIterable<Buffer>;
}

/** A file, or standard input where `path` is `-`. @throws {HeadraceError} FileNotFoundError. */
export async function openLines(path: string, stdin: Readable, signal: AbortSignal): Promise<LinesInput> {
  if (path === '-') return { name: 'standard input', blocks: addAbortSignal(signal, stdin) };
  const found = await stat(path).catch(ignoreMissing);
  if (found === undefined) throw new HeadraceError('FileNotFoundError', `There is no file ${path}`);
  if (found.isDirectory())
    throw new HeadraceError('FileNotFoundError', `${path} is a folder`, {
      remedy: `Name a file of lines, for instance ${path.replace(/\/+$/, '')}/train.jsonl.`,
    });
  return { name: path, blocks: blocksOf(path, signal) };
}

/**
 * Yields the conversations of canonical lines, `rows` at most, from line `from` on. Lines of white space only
 * are skipped.
 *
 * @throws {HeadraceError} FormatError at a line that is not canonical; UsageError where the input ends before
 * line `from`.
 */
export async function* canonicalLines(
  { name, blocks }: LinesInput,
  from: number,
  rows: number,
): AsyncGenerator<PlacedConversation> {
  let last = 0;
  let left = rows;
  for await (const { line, bytes } of linesOf(blocks)) {
    if (left === 0) return;
    last = line;
    if (line < from || bytes.toString('latin1').trim() === '') continue;
    yield { place: { file: name, line }, ...parseLine(bytes, `${name}, line ${line}`) };
    left -= 1;
  }
  if (left === rows)
    throw new HeadraceError(
      'UsageError',
      last < from
        ? `${name} has ${last} lines, and no line ${from}`
        : `${name} has no conversation from line ${from} on`,
      { remedy: 'Lines are counted from 1.' },
    );
}

function parseLine(bytes: Buffer, where: string): Conversation {
  const refuse = (found: string, cause?: unknown): HeadraceError =>
    new HeadraceError(
      'FormatError',
      `${where}: ${found}; expected a line of train.jsonl, {"messages":[{"role":…,"content":…}, …]}`,
      {
        remedy:
          'Other data is converted first: name it as a source of a recipe, then `npx headrace tokens RECIPE`. The name of a recipe ends in .yaml or .yml.',
        cause,
      },
    );
  if (!isUtf8(bytes)) throw refuse('found bytes that are not UTF-8');
  try {
    return Conversation.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw refuse(error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error), error);
  }
}
