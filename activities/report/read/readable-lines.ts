import { join } from 'node:path';
import type { z } from 'zod';
import { messageOf } from '../../../core/errors.js';
import { isMissing } from '../../../files/errno.js';
import { DamagedLineError, readJsonLines, type JsonLine } from '../../../files/json-lines.js';

/** Where a run's results are, and how reading them goes. */
export interface ReadContext {
  /** Folder of the run's results. */
  readonly out: string;
  readonly signal: AbortSignal;
  /** Gets a sentence for each file that could not be read to its end. */
  readonly problems: string[];
}

/** Yields the lines of a run's file up to its end or its first damaged line; none where there is no file. */
export async function* readableLines<Value>(
  { out, signal, problems }: ReadContext,
  name: string,
  schema: z.ZodType<Value>,
): AsyncGenerator<JsonLine<Value>> {
  let last = 0;
  try {
    for await (const line of readJsonLines(join(out, name), schema, signal)) {
      last = line.line;
      yield line;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (isMissing(error)) return;
    const reason = error instanceof DamagedLineError ? error.reason : messageOf(error);
    problems.push(`${name} could not be read beyond line ${last}: ${reason}`);
  }
}
