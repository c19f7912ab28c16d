import { HeadraceError } from '../../core/errors.js';
import type { WorkContext } from '../../core/progress.js';
import type { LocalWork } from '../local-work.js';
import { canonicalLines, openLines } from './canonical-lines.js';
import type { ChosenModel } from './chosen-model.js';
import type { TokensRequest } from './request.js';
import { sourceRows } from './source-rows.js';
import type { TokensForm } from './tokens-form.js';
import { writeConversation } from './written-conversation.js';

export interface TokensOutputOptions {
  readonly local: LocalWork;
  readonly work: WorkContext;
  readonly model: ChosenModel;
  readonly form: TokensForm;
  /** The first line or row to show, from 1. */
  readonly from: number;
  /** Conversations of a file, or of each source, at most. */
  readonly rows: number;
  /** Called for a source that cannot be read. The others are shown. */
  readonly onFailure: () => void;
}

/**
 * Yields what to print of the conversations.
 *
 * @throws {HeadraceError} as {@link openLines} and {@link canonicalLines}. The error of a source is printed
 * in its place.
 */
export async function* tokensOutput(
  { conversations }: TokensRequest,
  options: TokensOutputOptions,
): AsyncGenerator<string> {
  const { local, work, model, form, from, rows } = options;
  if ('path' in conversations) {
    const input = await openLines(conversations.path, process.stdin, work.signal);
    yield* form.begin(model);
    for await (const placed of canonicalLines(input, from, rows))
      yield form.conversation(placed, writeConversation(model, placed.conversation));
  } else {
    yield* form.begin(model);
    for (const source of conversations.sources)
      try {
        const found = await sourceRows(local, source, { places: conversations.places, from, rows, work });
        yield* form.source(found);
        for (const placed of found.conversations)
          yield form.conversation(placed, writeConversation(model, placed.conversation));
      } catch (error) {
        work.signal.throwIfAborted();
        if (!(error instanceof HeadraceError)) throw error;
        options.onFailure();
        yield form.failure(source.name, error);
      }
  }
  yield* form.end();
}
