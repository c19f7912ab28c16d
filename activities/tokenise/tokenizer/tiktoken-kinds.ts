import type { VocabularyName } from '../../../core/training/tokenizer-names.js';
import { cutLongRuns } from './long-runs.js';
import { cutBy, type Cut } from './piece-rule.js';

export type TiktokenName = Exclude<VocabularyName, 'tokenizer.json'>;

/** What a tiktoken file does not say: how text is cut into pieces, and the names of its control tokens. */
export interface TiktokenKind {
  readonly cut: Cut;
  /** Names by id, where no tokenizer_config.json gives them in `added_tokens_decoder`. */
  readonly names: ReadonlyMap<number, string>;
}

const upper = String.raw`\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`;
const lower = String.raw`\p{Ll}\p{Lm}\p{Lo}\p{M}`;
/** `(?i:'s|'t|'re|'ve|'m|'ll|'d)` of Rust, where `ſ` is an s. */
const ending = String.raw`(?:'[sSſtTmMdD]|'[rR][eE]|'[vV][eE]|'[lL][lL])?`;
const mark = String.raw`[^\r\n\p{L}\p{N}]?`;
const spaces = String.raw`\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+`;

/** Source: tiktoken_ext/openai_public.py, `o200k_base`. */
const o200k = [
  `${mark}[${upper}]*[${lower}]+${ending}`,
  `${mark}[${upper}]+[${lower}]*${ending}`,
  String.raw`\p{N}{1,3}`,
  String.raw` ?[^\p{White_Space}\p{L}\p{N}]+[\r\n\/]*`,
  spaces,
].join('|');

/** Source: moonshotai/Kimi-K2.6, tokenization_kimi.py, `pat_str`: Han is cut off from other letters. */
const kimi = [
  String.raw`\p{Script=Han}+`,
  String.raw`${mark}[[${upper}]--\p{Script=Han}]*[[${lower}]--\p{Script=Han}]+${ending}`,
  String.raw`${mark}[[${upper}]--\p{Script=Han}]+[[${lower}]--\p{Script=Han}]*${ending}`,
  String.raw`\p{N}{1,3}`,
  String.raw` ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*`,
  spaces,
].join('|');

/**
 * Inkling's control tokens; the others of 199,998 to 200,057 are `<|unused_ID|>`. Source: PyPI tml-renderers
 * 0.2.1, `O200kBaseChatTokenizer().special_tokens()` and `encode_special`.
 */
const inkling: Readonly<Record<number, string>> = {
  199998: '<|unused|>',
  199999: '<|endoftext|>',
  200000: '<|message_user|>',
  200001: '<|message_model|>',
  200002: '<|message_system|>',
  200003: '<|message_tool|>',
  200004: '<|content_text|>',
  200005: '<|content_image|>',
  200006: '<|content_model_end_sampling|>',
  200008: '<|content_thinking|>',
  200010: '<|end_message|>',
  200020: '<|content_audio_input|>',
  200022: '<|content_tool_error|>',
  200023: '<|audio|>',
  200024: '<|content_xml|>',
  200028: '<|begin_of_text|>',
  200043: '<|audio_end|>',
  200049: '<|content_invoke_tool_json|>',
  200057: '<|content_invoke_tool_text|>',
};
const inklingIds = Array.from({ length: 60 }, (_, at) => 199_998 + at);

const cutKimi = cutBy([new RegExp(kimi, 'gv')]);

/** By the name of the file. */
export const tiktokenKinds: Readonly<Record<TiktokenName, TiktokenKind>> = {
  'tiktoken.model': {
    cut: (text) => cutLongRuns(text).flatMap(cutKimi),
    names: new Map(),
  },
  'o200k_base.tiktoken': {
    cut: cutBy([new RegExp(o200k, 'gu')]),
    names: new Map(inklingIds.map((id) => [id, inkling[id] ?? `<|unused_${id}|>`])),
  },
};
