import { z } from 'zod';
import { AddedToken } from './added-tokens.js';
import type { BytePairModel } from './byte-pair-merges.js';
import { JsonScanner } from './json-scanner.js';
import { PairTable } from './pair-table.js';
import { SpelledBytes } from './spelled-bytes.js';
import { Vocabulary } from './vocabulary.js';

/** A tokenizer.json without vocabulary and merges. */
const TokenizerJson = z.looseObject({
  added_tokens: z.array(AddedToken).default([]),
  model: z.looseObject({}),
});
type TokenizerJson = z.infer<typeof TokenizerJson>;

const ByteLevelModel = z.looseObject({
  type: z.literal('BPE'),
  dropout: z.null().optional(),
  continuing_subword_prefix: z.union([z.null(), z.literal('')]).optional(),
  end_of_word_suffix: z.union([z.null(), z.literal('')]).optional(),
  byte_fallback: z.literal(false).optional(),
  ignore_merges: z.boolean().default(false),
});

export interface ScannedTokenizer {
  /** What tokenizer.json has besides vocabulary and merges. */
  readonly json: TokenizerJson;
  /** `undefined` where the tokenizer is no byte-level byte-pair tokenizer. */
  readonly model: BytePairModel | undefined;
}

/**
 * Reads a tokenizer.json (https://huggingface.co/docs/tokenizers) from its bytes.
 *
 * @param place - For users.
 * @throws {HeadraceError} TokenizerError where it is not JSON.
 * @throws {z.ZodError} where a member is not understood.
 */
export function scanTokenizerJson(bytes: Buffer, place: string): ScannedTokenizer {
  const scanner = new JsonScanner(bytes, place);
  const json: Record<string, unknown> = {};
  const model: Record<string, unknown> = {};
  const places = new Map<string, number>();
  scanner.members(() => {
    const name = scanner.text();
    if (name !== 'model') json[name] = scanner.value();
    else
      scanner.members(() => {
        const member = scanner.text();
        if (member === 'vocab' || member === 'merges') places.set(member, scanner.skip());
        else model[member] = scanner.value();
      });
  });
  scanner.end();
  const parsed = TokenizerJson.parse({ ...json, model });
  return { json: parsed, model: bytePairModel(parsed, scanner, new SpelledBytes(bytes), places) };
}

function bytePairModel(
  json: TokenizerJson,
  scanner: JsonScanner,
  spelled: SpelledBytes,
  places: ReadonlyMap<string, number>,
): BytePairModel | undefined {
  const parsed = ByteLevelModel.safeParse(json.model);
  const [vocabAt, mergesAt] = [places.get('vocab'), places.get('merges')];
  if (!parsed.success || vocabAt === undefined || mergesAt === undefined) return undefined;
  const added = new Set(json.added_tokens.map(({ id }) => id));

  const vocabulary = new Vocabulary();
  let isBytes = true;
  scanner.at = vocabAt;
  scanner.members(() => {
    spelled.read(scanner);
    const id = scanner.natural();
    // An added token is found before the model is asked.
    if (!added.has(id))
      isBytes = spelled.end > 0 && vocabulary.add(id, spelled.bytes, 0, spelled.end) && isBytes;
  });
  for (let byte = 0; byte < 256 && isBytes; byte += 1) isBytes = vocabulary.find(Uint8Array.of(byte)) >= 0;
  if (!isBytes) return undefined;

  const pairs = new PairTable();
  let rank = 0;
  scanner.at = mergesAt;
  scanner.items(() => {
    spelled.readPair(scanner);
    const { middle, end } = spelled;
    // A merge may name a token that is not there.
    isBytes &&= middle > 0 && end > middle;
    if (!isBytes) return;
    const left = vocabulary.find(spelled.bytes, 0, middle);
    const right = vocabulary.find(spelled.bytes, middle, end);
    const merged = vocabulary.find(spelled.bytes, 0, end);
    isBytes = left >= 0 && right >= 0 && merged >= 0;
    if (isBytes) pairs.add(left, right, rank, merged);
    rank += 1;
  });
  return isBytes ? { vocabulary, pairs, wholeFirst: parsed.data.ignore_merges } : undefined;
}
