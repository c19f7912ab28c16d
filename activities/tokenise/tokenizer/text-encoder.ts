import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import type { TokenEncoder } from '../../../core/training/tokens.js';
import { isMissing } from '../../../files/errno.js';
import { bytePairMerges } from './byte-pair-merges.js';
import { ByteLevelPreTokenizer, SplitPreTokenizer, Tokenizer, type HfTokenizer } from './hf-tokenizers.js';

const AddedToken = z.looseObject({
  id: z.int().min(0),
  content: z.string().min(1),
  special: z.boolean(),
  normalized: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.boolean().default(false),
});
const TokenizerJson = z.looseObject({ added_tokens: z.array(AddedToken).default([]) });
const namedToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const TokenizerConfig = z.looseObject({ bos_token: namedToken });

/** A tokenizer as Headrace uses it: the ids of Python's `tokenizers` with `split_special_tokens`, checked by golden files. */
export interface TextEncoder extends TokenEncoder {
  /** Text of ids; special tokens are left out. */
  decode(ids: readonly number[]): string;
  /** The special token of that id; `undefined` for any other id. */
  specialText(id: number): string | undefined;
}

/** What identifies a tokenizer: SHA-256 over its two files. */
export interface TokenizerFiles {
  readonly dir: string;
  readonly digest: string;
  readonly tokenizerJson: unknown;
  readonly configJson: unknown;
}

/** @throws {HeadraceError} TokenizerError, where the folder holds no tokenizer.json. */
export async function readTokenizerFiles(dir: string): Promise<TokenizerFiles> {
  const tokenizer = await readOptional(join(dir, 'tokenizer.json'));
  if (tokenizer === undefined) throw new HeadraceError('TokenizerError', `${dir} has no tokenizer.json`);
  const config = (await readOptional(join(dir, 'tokenizer_config.json'))) ?? '{}';
  return {
    dir,
    digest: createHash('sha256')
      .update(`${tokenizer.length}\n`)
      .update(tokenizer)
      .update(config)
      .digest('hex'),
    tokenizerJson: parse(tokenizer, join(dir, 'tokenizer.json')),
    configJson: parse(config, join(dir, 'tokenizer_config.json')),
  };
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HeadraceError('TokenizerError', `${path} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** Distinct pre-tokens that are remembered with their ids. Natural language repeats itself: most look-ups hit. */
const cacheLimit = 200_000;
const longestCached = 64;

/**
 * Builds the encoder. Special tokens are taken from the tokenizer's list of added tokens before it is built, so that no
 * text can ever encode to one; added tokens that are not special (`<think>`) stay, as in Python.
 *
 * @throws {HeadraceError} TokenizerError.
 */
export function createTextEncoder(files: TokenizerFiles): TextEncoder {
  const json = parseWith(TokenizerJson, files.tokenizerJson, files.dir);
  const config = parseWith(TokenizerConfig, files.configJson, files.dir);
  const special = new Map(
    json.added_tokens.filter((token) => token.special).map((token) => [token.content, token.id]),
  );
  const specialTexts = new Map([...special].map(([content, id]) => [id, content]));
  const ordinary = json.added_tokens.filter((token) => !token.special);
  const tokenizer = build({ ...json, added_tokens: ordinary }, config, files.dir);
  const { normalizer, model } = tokenizer;
  const { pieces, merge, finish } = pieceRule(tokenizer, json);
  const isPlain = ordinary.every(
    (token) => !(token.normalized || token.lstrip || token.rstrip || token.single_word),
  );
  const rewritesText = config['remove_space'] === true || config['do_lowercase_and_remove_accent'] === true;
  const mayCache = isPlain && !rewritesText && model !== null;
  const added = new Map(ordinary.map((token) => [token.content, token.id]));
  const addedPattern = patternOf([...added.keys()]);
  const cache = new Map<string, readonly number[]>();

  const encodeSection = (text: string, section: number, ids: number[]): void => {
    for (const piece of pieces(normalizer === null ? text : normalizer(text), section)) {
      let known = cache.get(piece);
      if (known === undefined) {
        known = merge(piece) ?? idsOfPreTokens(finish(piece));
        if (piece.length <= longestCached) {
          if (cache.size >= cacheLimit) cache.clear();
          cache.set(piece, known);
        }
      }
      for (const id of known) ids.push(id);
    }
  };
  const idsOfPreTokens = (preTokens: string[]): number[] =>
    (model?.(preTokens) ?? []).map((token: string) => {
      const id = model?.tokens_to_ids.get(token) ?? model?.unk_token_id;
      if (id === undefined)
        throw new HeadraceError('TokenizerError', `The tokenizer in ${files.dir} has no id for "${token}"`);
      return id;
    });

  const bos = typeof config.bos_token === 'string' ? config.bos_token : (config.bos_token?.content ?? null);
  return {
    bos,
    specialId(token) {
      const id = special.get(token);
      if (id !== undefined) return id;
      throw new HeadraceError(
        'TokenizerError',
        `The tokenizer in ${files.dir} has no special token ${token}, which the renderer needs`,
        { remedy: 'Name the tokenizer of the base model in train.tokenizer, or another train.renderer.' },
      );
    },
    encode(text) {
      if (!mayCache) return tokenizer.encode(text, { add_special_tokens: false }).ids;
      const ids: number[] = [];
      for (const [index, section] of (addedPattern === null ? [text] : text.split(addedPattern)).entries()) {
        const id = added.get(section);
        if (id !== undefined) ids.push(id);
        else if (section !== '') encodeSection(section, index, ids);
      }
      return ids;
    },
    decode(ids) {
      const shown = ids.filter((id) => !specialTexts.has(id));
      return shown.length === 0 ? '' : tokenizer.decode(shown, { clean_up_tokenization_spaces: false });
    },
    specialText: (id) => specialTexts.get(id),
  };
}

/** Matches any of the tokens, the longest where several begin at one place; it keeps them when a text is split by it. */
function patternOf(tokens: readonly string[]): RegExp | null {
  if (tokens.length === 0) return null;
  const escaped = tokens
    .toSorted((a, b) => b.length - a.length)
    .map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`(${escaped.join('|')})`, 'u');
}

const SplitConfig = z.looseObject({ type: z.literal('Split') });
const SplitThenBytes = z.object({
  type: z.literal('Sequence'),
  pretokenizers: z.tuple([
    SplitConfig,
    z.looseObject({
      type: z.literal('ByteLevel'),
      use_regex: z.literal(false),
      add_prefix_space: z.literal(false),
    }),
  ]),
});

interface PieceRule {
  /** Cuts a text into what is looked up in the cache. */
  readonly pieces: (text: string, section: number) => string[];
  /** Ids of one piece, where they can be had without the library. */
  readonly merge: (piece: string) => number[] | undefined;
  /** Pre-tokens of one piece, for the library. */
  readonly finish: (piece: string) => string[];
}

/**
 * Qwen and Llama 3 cut by one regular expression and then spell the pieces in bytes. The second part is three quarters of
 * the library's time, so it is left to pieces that are not in the cache (3.4 → 15 MB/s on English).
 */
function pieceRule(tokenizer: HfTokenizer, json: Readonly<Record<string, unknown>>): PieceRule {
  const parsed = SplitThenBytes.safeParse(json['pre_tokenizer']);
  if (!parsed.success) {
    const preTokenizer = tokenizer.pre_tokenizer;
    return {
      pieces: (text, section) =>
        preTokenizer === null ? [text] : preTokenizer(text, { section_index: section }),
      merge: () => undefined,
      finish: (piece) => [piece],
    };
  }
  const [splitConfig, bytesConfig] = parsed.data.pretokenizers;
  const split = new SplitPreTokenizer(splitConfig);
  const bytes = new ByteLevelPreTokenizer(bytesConfig);
  const merge = bytePairMerges(json['model']) ?? (() => undefined);
  return { pieces: (text) => split(text), merge, finish: (piece) => bytes(piece) };
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
