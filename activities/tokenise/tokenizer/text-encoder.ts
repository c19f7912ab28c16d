import { z } from 'zod';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import type { TokenEncoder } from '../../../core/training/rendering/token-encoder.js';
import { Tokenizer, type HfTokenizer } from './hf-tokenizers.js';
import { pieceRule, type PieceRule } from './piece-rule.js';
import type { TokenizerFiles } from './tokenizer-files.js';

const AddedToken = z.looseObject({
  id: z.int().min(0),
  content: z.string().min(1),
  special: z.boolean(),
  normalized: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.boolean().default(false),
});
type AddedToken = z.infer<typeof AddedToken>;
const TokenizerJson = z.looseObject({ added_tokens: z.array(AddedToken).default([]) });
const namedToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const TokenizerConfig = z.looseObject({ bos_token: namedToken });

/** The ids of Python's `tokenizers` with `split_special_tokens`. Golden files hold the two together. */
export interface TextEncoder extends TokenEncoder {
  /** Text of ids, without special tokens. */
  decode(ids: readonly number[]): string;
  /** The special token of an id; `undefined` for any other id. */
  specialText(id: number): string | undefined;
}

/**
 * Builds the encoder. Special tokens are removed from the tokenizer's added tokens before it is built, so
 * that no text encodes to one; added tokens that are not special (`<think>`) stay, as in Python.
 *
 * @throws {HeadraceError} TokenizerError.
 */
export function createTextEncoder({ dir, tokenizerJson, configJson }: TokenizerFiles): TextEncoder {
  const json = parseWith(TokenizerJson, tokenizerJson, dir);
  const config = parseWith(TokenizerConfig, configJson, dir);
  const special = json.added_tokens.filter((token) => token.special);
  const ordinary = json.added_tokens.filter((token) => !token.special);
  const tokenizer = build({ ...json, added_tokens: ordinary }, config, dir);
  const encode = mayCache(tokenizer, ordinary, config)
    ? new CachingEncoder(tokenizer, pieceRule(tokenizer, json), ordinary, dir).encode
    : (text: string): readonly number[] => tokenizer.encode(text, { add_special_tokens: false }).ids;

  const ids = new Map(special.map(({ content, id }) => [content, id]));
  const texts = new Map(special.map(({ content, id }) => [id, content]));
  const { bos_token: bos } = config;
  return {
    bos: typeof bos === 'string' ? bos : (bos?.content ?? null),
    encode,
    specialId(token) {
      const id = ids.get(token);
      if (id !== undefined) return id;
      throw new HeadraceError(
        'TokenizerError',
        `The tokenizer in ${dir} has no special token ${token}, which the renderer needs`,
        { remedy: 'Name the tokenizer of the base model in train.tokenizer, or another train.renderer.' },
      );
    },
    decode(tokens) {
      const shown = tokens.filter((id) => !texts.has(id));
      return shown.length === 0 ? '' : tokenizer.decode(shown, { clean_up_tokenization_spaces: false });
    },
    specialText: (id) => texts.get(id),
  };
}

/** Whether the ids of a piece do not depend on the text around it. */
function mayCache(
  { model }: HfTokenizer,
  ordinary: readonly AddedToken[],
  config: Readonly<Record<string, unknown>>,
): boolean {
  const isPlain = ordinary.every(
    (token) => !(token.normalized || token.lstrip || token.rstrip || token.single_word),
  );
  const rewritesText = config['remove_space'] === true || config['do_lowercase_and_remove_accent'] === true;
  return isPlain && !rewritesText && model !== null;
}

/** Distinct pieces that are kept with their ids. Natural language repeats itself: most look-ups hit. */
const cacheLimit = 200_000;
const longestCached = 64;

/** Encodes piece by piece, with a cache of pieces. */
class CachingEncoder {
  readonly #tokenizer: HfTokenizer;
  readonly #rule: PieceRule;
  readonly #dir: string;
  /** Ids of added tokens that are not special. */
  readonly #added: ReadonlyMap<string, number>;
  readonly #addedPattern: RegExp | null;
  readonly #cache = new Map<string, readonly number[]>();

  constructor(tokenizer: HfTokenizer, rule: PieceRule, ordinary: readonly AddedToken[], dir: string) {
    this.#tokenizer = tokenizer;
    this.#rule = rule;
    this.#dir = dir;
    this.#added = new Map(ordinary.map(({ content, id }) => [content, id]));
    this.#addedPattern = patternOf([...this.#added.keys()]);
  }

  readonly encode = (text: string): readonly number[] => {
    const ids: number[] = [];
    const sections = this.#addedPattern === null ? [text] : text.split(this.#addedPattern);
    for (const [index, section] of sections.entries()) {
      const id = this.#added.get(section);
      if (id !== undefined) ids.push(id);
      else if (section !== '') this.#encodeSection(section, index, ids);
    }
    return ids;
  };

  #encodeSection(text: string, section: number, ids: number[]): void {
    const { normalizer } = this.#tokenizer;
    for (const piece of this.#rule.pieces(normalizer === null ? text : normalizer(text), section))
      for (const id of this.#idsOf(piece)) ids.push(id);
  }

  #idsOf(piece: string): readonly number[] {
    const cached = this.#cache.get(piece);
    if (cached !== undefined) return cached;
    const ids = this.#rule.merge(piece) ?? this.#idsOfPreTokens(this.#rule.preTokens(piece));
    if (piece.length > longestCached) return ids;
    if (this.#cache.size >= cacheLimit) this.#cache.clear();
    this.#cache.set(piece, ids);
    return ids;
  }

  #idsOfPreTokens(preTokens: string[]): number[] {
    const { model } = this.#tokenizer;
    return (model?.(preTokens) ?? []).map((token) => {
      const id = model?.tokens_to_ids.get(token) ?? model?.unk_token_id;
      if (id !== undefined) return id;
      throw new HeadraceError('TokenizerError', `The tokenizer in ${this.#dir} has no id for "${token}"`);
    });
  }
}

/** Matches any of the tokens, the longest first. Its group keeps them when a text is split by it. */
function patternOf(tokens: readonly string[]): RegExp | null {
  if (tokens.length === 0) return null;
  const escaped = tokens
    .toSorted((a, b) => b.length - a.length)
    .map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`(${escaped.join('|')})`, 'u');
}

function build(json: object, config: object, dir: string): HfTokenizer {
  try {
    return new Tokenizer(json, config);
  } catch (error) {
    throw new HeadraceError('TokenizerError', `The tokenizer in ${dir} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function parseWith<T>(schema: z.ZodType<T>, value: unknown, dir: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HeadraceError(
    'TokenizerError',
    `The tokenizer in ${dir} is not understood: ${z.prettifyError(parsed.error)}`,
  );
}
