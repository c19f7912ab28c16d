/**
 * The files that hold a vocabulary: of Hugging Face's tokenizers, of Kimi, and of OpenAI's o200k_base, which
 * Inkling has. The first that a folder has is its tokenizer.
 */
export const vocabularyNames = ['tokenizer.json', 'tiktoken.model', 'o200k_base.tiktoken'] as const;
export type VocabularyName = (typeof vocabularyNames)[number];

/** Names the control tokens of a `tiktoken.model`, and the beginning of a text. */
export const tokenizerConfigName = 'tokenizer_config.json';
