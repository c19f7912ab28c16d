import { z } from 'zod';
import { SplitPreTokenizer } from './hf-tokenizers.js';

/** Cuts a text into the pieces that are encoded on their own. */
export type Cut = (text: string) => readonly string[];

export interface PieceRule {
  readonly cut: Cut;
  /** Whether the pieces are of the normalised text. */
  readonly normalises: boolean;
}

const Split = z.looseObject({
  type: z.literal('Split'),
  pattern: z.union([
    z.strictObject({ Regex: z.string().transform(folded) }),
    z.strictObject({ String: z.string() }),
  ]),
  behavior: z.literal('Isolated'),
  invert: z.literal(false),
});
const ByteLevel = z.looseObject({
  type: z.literal('ByteLevel'),
  use_regex: z.literal(false),
  add_prefix_space: z.literal(false),
});
/** The splits that stand in front of the spelling in bytes. */
const SplitsThenBytes = z
  .object({ type: z.literal('Sequence'), pretokenizers: z.array(z.unknown()) })
  .transform(({ pretokenizers }) => ({ splits: pretokenizers.slice(0, -1), bytes: pretokenizers.at(-1) }))
  .pipe(z.object({ splits: z.array(Split), bytes: ByteLevel }))
  .transform(({ splits }) => splits);
const Nfc = z.object({ type: z.literal('NFC') });
/** The normalisers that a text goes through, each of them NFC. */
const Normalizer = z.union([
  z.null().transform(() => []),
  Nfc.transform((one) => [one]),
  z.object({ type: z.literal('Sequence'), normalizers: z.array(Nfc) }).transform((all) => all.normalizers),
]);

/**
 * The rule of a tokenizer.json that may normalise to NFC, splits by one or more regular expressions and then
 * spells the pieces in bytes: those of Qwen, Llama 3, DeepSeek, gpt-oss, GLM and Nemotron.
 *
 * @returns `undefined` where the file has another rule.
 */
export function pieceRule(json: Readonly<Record<string, unknown>>): PieceRule | undefined {
  const normalizers = Normalizer.safeParse(json['normalizer'] ?? null);
  const steps = SplitsThenBytes.safeParse(json['pre_tokenizer']);
  if (!normalizers.success || !steps.success) return undefined;
  const cut = cutBy(steps.data.map((split) => new SplitPreTokenizer(split).pattern));
  const normalises = normalizers.data.length > 0;
  return { cut: normalises ? (text) => cut(text.normalize('NFC')) : cut, normalises };
}

/** Letters outside ASCII that are equal to one of ASCII, where case is ignored. */
const folds: Readonly<Record<string, string>> = { s: 'ſ', k: '\u212a' };

/** Writes out `(?i:…)` around letters. The library leaves `ſ` out of it, which is an s to Oniguruma. */
function folded(regex: string): string {
  return regex.replace(/\(\?i:([^()[\]\\]*)\)/g, (_, body: string) => {
    const letters = body.replace(
      /[a-z]/gi,
      (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}${folds[letter.toLowerCase()] ?? ''}]`,
    );
    return `(?:${letters})`;
  });
}

/** Cuts by one pattern after the other: a match is a piece, and so is what is between two matches. */
export function cutBy(patterns: readonly RegExp[]): Cut {
  const [first, ...others] = patterns;
  if (first === undefined) return (text) => [text];
  return (text) => {
    let pieces = cutOnce(text, first);
    for (const pattern of others) {
      const smaller: string[] = [];
      for (const piece of pieces) for (const part of cutOnce(piece, pattern)) smaller.push(part);
      pieces = smaller;
    }
    return pieces;
  };
}

function cutOnce(text: string, pattern: RegExp): readonly string[] {
  // The fastest way to all matches. Most patterns match every character.
  const matches = text.match(pattern);
  if (matches === null) return [text];
  let matched = 0;
  for (const match of matches) matched += match.length;
  if (matched === text.length) return matches;

  const pieces: string[] = [];
  let end = 0;
  for (const { index, 0: match } of text.matchAll(pattern)) {
    if (index > end) pieces.push(text.slice(end, index));
    if (match !== '') pieces.push(match);
    end = index + match.length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}
