import { z } from 'zod';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import type { TokenEncoder } from '../../../core/training/rendering/token-encoder.js';
import { AddedToken } from './added-tokens.js';
import { BytePairTokenizer, type BareTokenizer } from './byte-pair-tokenizer.js';
import { libraryTokenizer } from './library-tokenizer.js';
import { pieceRule } from './piece-rule.js';
import { readTiktoken } from './tiktoken.js';
import { tiktokenKinds, type TiktokenName } from './tiktoken-kinds.js';
import { scanTokenizerJson } from './tokenizer-json.js';
import type { TokenizerFiles } from './tokenizer-files.js';

/**
 * The ids of Python's `tokenizers` and `tiktoken`, where they are not given the control tokens. A control
 * token is every added token that text must not hold.
 */
export interface TextEncoder extends TokenEncoder {
  /** Text of ids, without control tokens. */
  decode(ids: readonly number[]): string;
  /** The control token of an id; `undefined` for any other id. */
  specialText(id: number): string | undefined;
}

const namedToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const TokenizerConfig = z.looseObject({
  bos_token: namedToken,
  added_tokens_decoder: z
    .record(z.string().regex(/^\d+$/), z.looseObject({ content: z.string() }))
    .default({}),
});
type TokenizerConfig = z.infer<typeof TokenizerConfig>;

/**
 * Builds the encoder.
 *
 * @param textTokens - The added tokens that text may hold, by their names. Those that the tokenizer lacks are
 * text.
 * @throws {HeadraceError} TokenizerError.
 */
export function createTextEncoder(files: TokenizerFiles, textTokens: readonly string[]): TextEncoder {
  const config = understood(files, () => TokenizerConfig.parse(JSON.parse(files.config?.toString() ?? '{}')));
  const isText = ({ content }: AddedToken): boolean => textTokens.includes(content);
  const { added, tokenizer } = understood(files, () =>
    files.vocabulary.name === 'tokenizer.json'
      ? fromTokenizerJson(files, config, isText)
      : fromTiktoken(files, files.vocabulary.name, config, isText),
  );
  const ids = new Map(added.map(({ content, id }) => [content, id]));
  const control = new Map(added.filter((token) => !isText(token)).map(({ content, id }) => [id, content]));
  const { bos_token: bos } = config;
  return {
    bos: typeof bos === 'string' ? bos : (bos?.content ?? null),
    encode: (text) => tokenizer.encode(text),
    specialId(token) {
      const id = ids.get(token);
      if (id !== undefined) return id;
      throw new HeadraceError(
        'TokenizerError',
        `The tokenizer ${files.place} has no token ${token}, which the renderer needs`,
        { remedy: 'Name the tokenizer of the base model in train.tokenizer, or another train.renderer.' },
      );
    },
    decode: (tokens) => tokenizer.decode(tokens.filter((id) => !control.has(id))),
    specialText: (id) => control.get(id),
  };
}

/** Whether a token is found in a text as it is written, before the text is normalised. */
function isPlain(token: AddedToken, normalises: boolean): boolean {
  return !(token.lstrip || token.rstrip || token.single_word || (token.normalized && normalises));
}

interface Read {
  readonly added: readonly AddedToken[];
  readonly tokenizer: BareTokenizer;
}

function fromTokenizerJson(
  files: TokenizerFiles,
  config: TokenizerConfig,
  isText: (token: AddedToken) => boolean,
): Read {
  const { json, model } = scanTokenizerJson(files.vocabulary.bytes, files.place);
  const { added_tokens: added } = json;
  const textTokens = added.filter(isText);
  const rule = pieceRule(json);
  if (
    model !== undefined &&
    rule !== undefined &&
    textTokens.every((token) => isPlain(token, rule.normalises))
  )
    return { added, tokenizer: new BytePairTokenizer(model, rule.cut, textTokens) };
  return { added, tokenizer: libraryTokenizer(files, config, textTokens) };
}

function fromTiktoken(
  { place, vocabulary: { bytes } }: TokenizerFiles,
  name: TiktokenName,
  config: TokenizerConfig,
  isText: (token: AddedToken) => boolean,
): Read {
  const { cut, names } = tiktokenKinds[name];
  const named = Object.entries(config.added_tokens_decoder).map(
    ([id, { content }]) => [Number(id), content] as const,
  );
  const added = (named.length > 0 ? named : [...names]).map(([id, content]) =>
    AddedToken.parse({ id, content }),
  );
  if (added.length === 0)
    throw new HeadraceError(
      'TokenizerError',
      `${name} of ${place} has no names of control tokens; expected added_tokens_decoder in tokenizer_config.json`,
      { remedy: 'Put the tokenizer_config.json of the same repository beside it.' },
    );
  const model = readTiktoken(bytes, `${name} of ${place}`);
  return { added, tokenizer: new BytePairTokenizer(model, cut, added.filter(isText)) };
}

function understood<T>(files: TokenizerFiles, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof HeadraceError) throw error;
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new HeadraceError('TokenizerError', `The tokenizer ${files.place} is not understood: ${detail}`, {
      cause: error,
    });
  }
}
