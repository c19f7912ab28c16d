import { z } from 'zod';

const count = z.int().min(0);

/** Lengths of the examples of one source, in tokens. */
export const SourceLengths = z
  .object({
    /** Lines. */
    rows: count,
    /** Lines with at least one trained token. */
    trainedRows: count,
    /** After truncation. */
    tokens: count,
    /** Tokens with a loss weight above 0. */
    trainedTokens: count,
    /** Tokens that an epoch sends to the server. */
    tokensPerEpoch: count,
    /** Examples longer than `max_tokens`. */
    truncated: count,
    /** Examples that lose all of their last answer to truncation. */
    lostLastAnswer: count,
    /** How many examples have each length before truncation: length, examples. */
    lengths: z.array(z.tuple([count, count])).readonly(),
  })
  .readonly();
export type SourceLengths = z.infer<typeof SourceLengths>;

/** `lengths.json` of a `token-piece`: of each source with lines in it, by its position in the mix. */
export const PieceLengths = z.record(z.string(), SourceLengths).readonly();
export type PieceLengths = z.infer<typeof PieceLengths>;
export const lengthsName = 'lengths.json';
