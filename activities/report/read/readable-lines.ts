import type { z } from 'zod';
import { messageOf } from '../../../core/errors.js';
import { DamagedLineError, jsonLinesIn, type JsonLine } from '../../../files/json-lines.js';
import type { Outputs } from '../../outputs/outputs.js';

/** The results of a run, and how reading them goes. */
export interface ReadContext {
  readonly outputs: Outputs;
  readonly signal: AbortSignal;
  /** Gets a sentence for each file that could not be read to its end. */
  readonly problems: string[];
}

/** Yields the lines of a run's file up to its end or its first damaged line; none where there is no file. */
export async function* readableLines<Value>(
  { outputs, signal, problems }: ReadContext,
  name: string,
  schema: z.ZodType<Value>,
): AsyncGenerator<JsonLine<Value>> {
  let last = 0;
  try {
    const blocks = outputs.blocks(name, signal);
    for await (const line of jsonLinesIn(blocks, outputs.placeOf(name), schema)) {
      last = line.line;
      yield line;
    }
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof DamagedLineError ? error.reason : messageOf(error);
    problems.push(`${name} could not be read beyond line ${last}: ${reason}`);
  }
}
