import { trainBpe, qwenPattern } from './bpe.js';
import { lmsysConversation } from './lmsys.js';
import { magpieRow } from './magpie.js';
import { pretrainingText } from './pretraining-text.js';
import { prosocialDialogue } from './prosocial.js';
import { Random } from './random.js';
import { toeflConversation } from './toefl.js';
import { ultrachatConversation } from './ultrachat.js';

/** Tokens of the small model, special ones included. */
export const vocabularySize = 1280;

/** The last ids, in this order. As in Qwen3, the think tags are added tokens but not special ones. */
export const addedTokens = [
  { content: '<|endoftext|>', special: true },
  { content: '<|im_start|>', special: true },
  { content: '<|im_end|>', special: true },
  { content: '<think>', special: false },
  { content: '</think>', special: false },
] as const;

/** ChatML as Qwen3 writes it; `enable_thinking=false` gives the empty think block. */
const chatTemplate = [
  '{%- for message in messages %}',
  "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}",
  '{%- endfor %}',
  '{%- if add_generation_prompt %}',
  "{{- '<|im_start|>assistant\\n' }}",
  '{%- if enable_thinking is defined and enable_thinking is false %}',
  "{{- '<think>\\n\\n</think>\\n\\n' }}",
  '{%- endif %}',
  '{%- endif %}',
].join('\n');

/**
 * The text that the tokenizer is trained on: pre-training documents without their special tokens, and demo
 * chats.
 */
function tokenizerText(): string[] {
  const random = new Random('tokenizer');
  const texts = pretrainingText(1, 600_000).map((text) => text.replaceAll(/<\|im_(?:start|end)\|>/g, ''));
  for (let i = 0; i < 700; i += 1) {
    const conversations = [
      ultrachatConversation(random),
      toeflConversation(random),
      lmsysConversation(random),
    ].flat();
    texts.push(...conversations.map(({ content }) => content));
    texts.push(...prosocialDialogue(random, i).flatMap(({ context, response }) => [context, response]));
    const { instruction, response } = magpieRow(random);
    texts.push(instruction, response);
  }
  return texts;
}

/**
 * `tokenizer.json` and `tokenizer_config.json` of the small model: byte-level BPE as Qwen3's, with another
 * vocabulary.
 */
export function trainTokenizer(): { readonly tokenizer: object; readonly config: object } {
  const { tokens, merges } = trainBpe(tokenizerText(), vocabularySize - addedTokens.length);
  const added = addedTokens.map(({ content, special }, index) => ({
    id: tokens.length + index,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special,
  }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: qwenPattern }, behavior: 'Isolated', invert: false },
        byteLevel,
      ],
    },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
  const config = {
    add_bos_token: false,
    add_prefix_space: false,
    added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [String(id), token])),
    additional_special_tokens: ['<|im_start|>', '<|im_end|>'],
    bos_token: null,
    chat_template: chatTemplate,
    clean_up_tokenization_spaces: false,
    eos_token: '<|im_end|>',
    errors: 'replace',
    model_max_length: 512,
    pad_token: '<|endoftext|>',
    split_special_tokens: false,
    tokenizer_class: 'Qwen2Tokenizer',
    unk_token: null,
  };
  return { tokenizer, config };
}
