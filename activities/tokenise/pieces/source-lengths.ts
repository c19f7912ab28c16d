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
    /** The lengths before truncation, ascending; each followed by how many examples have it. */
    lengths: z.array(count).readonly(),
  })
  .readonly();
export type SourceLengths = z.infer<typeof SourceLengths>;

/** The lengths of `lengths`, each with how many examples have it. */
export function* examplesByLength(lengths: SourceLengths['lengths']): Generator<readonly [number, number]> {
  for (let at = 0; at < lengths.length; at += 2) yield [lengths[at] ?? 0, lengths[at + 1] ?? 0];
}

/** `lengths.json` of a `token-piece`: of each source with lines in it, by its position in the mix. */
export const PieceLengths = z.record(z.string(), SourceLengths).readonly();
export type PieceLengths = z.infer<typeof PieceLengths>;
export const lengthsName = 'lengths.json';
