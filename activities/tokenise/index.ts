import type { WorkOf } from '../work.js';
import { chooseTokenizer } from './choose-tokenizer.js';
import { finishTokens } from './finish-tokens.js';
import type { TokeniseJobs } from './jobs.js';
import { planTokens } from './plan-tokens.js';
import type { TokeniseDeps, TokeniseOptions } from './tokenise-deps.js';
import { tokenisePieces } from './tokenise-pieces.js';

export type TokeniseActivities = WorkOf<'chooseTokenizer' | 'planTokens' | 'tokenisePieces' | 'finishTokens'>;

/** The activities that turn the mix into tokens and loss masks. */
export function createTokeniseActivities(options: TokeniseOptions): TokeniseActivities {
  const deps: TokeniseDeps = {
    store: options.store,
    tokenizers: options.tokenizers,
    threads: options.threads,
    pieceBytes: options.pieceBytes,
    jobs: options.threads.jobs<TokeniseJobs>(new URL('./jobs.js', import.meta.url)),
  };
  return {
    chooseTokenizer: (input, work) => chooseTokenizer(deps, input, work),
    planTokens: (input) => planTokens(deps, input),
    tokenisePieces: (input, work) => tokenisePieces(deps, input, work),
    finishTokens: (input, work) => finishTokens(deps, input, work),
  };
}
