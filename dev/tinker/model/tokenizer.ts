import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';

/** The tokenizer of a model folder: `tokenizer.json` and `tokenizer_config.json`. */
export async function loadTokenizer(modelDir: string): Promise<Tokenizer> {
  const json = async (name: string) =>
    z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(join(modelDir, name), 'utf8')));
  return new Tokenizer(await json('tokenizer.json'), await json('tokenizer_config.json'));
}
