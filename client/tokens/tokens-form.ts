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

/** A line for each conversation, and nothing else but the sources that could not be read. */
export const jsonForm: TokensForm = {
  begin: () => [],
  source: () => [],
  conversation: ({ place }, written) => {
    if ('refused' in written) return JSON.stringify({ ...place, ...written });
    const { tokens, weights, cut, prompt, stop } = written;
    return JSON.stringify({ ...place, tokens, weights, cut, prompt, stop });
  },
  failure: (source, error) => sourceFailure(source, error, true),
  end: () => [],
};
