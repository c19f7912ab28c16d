import { defined } from '../../core/defined.js';
import type { HeadraceError } from '../../core/errors.js';
import { sourceFailure } from '../text/source-failure.js';
import type { ChosenModel } from './chosen-model.js';
import type { PlacedConversation } from './placed-conversation.js';
import type { SourceRows } from './source-rows.js';
import type { RefusedConversation, WrittenConversation } from './written-conversation.js';

/** How conversations are printed: what stands before, between and behind them. */
export interface TokensForm {
  begin(model: ChosenModel): readonly string[];
  source(rows: SourceRows): readonly string[];
  conversation(placed: PlacedConversation, written: WrittenConversation | RefusedConversation): string;
  failure(source: string, error: HeadraceError): string;
  end(): readonly string[];
}

/**
 * A line for each example, each refused turn and each refused conversation, and nothing else but the sources
 * that could not be read.
 */
export const jsonForm: TokensForm = {
  begin: () => [],
  source: () => [],
  conversation: ({ place }, written) => {
    const lines =
      'refused' in written
        ? [written]
        : [
            ...written.examples.map(({ message, tokens, weights, cut, prompt, stop }) => ({
              ...defined({ message }),
              tokens,
              weights,
              cut,
              prompt,
              stop,
            })),
            ...written.refusedTurns,
          ];
    return lines.map((line) => JSON.stringify({ ...place, ...line })).join('\n');
  },
  failure: (source, error) => sourceFailure(source, error, true),
  end: () => [],
};
