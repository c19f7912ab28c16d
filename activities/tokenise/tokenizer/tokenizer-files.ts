import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadraceError, messageOf } from '../../../core/errors.js';
import { ignoreMissing } from '../../../files/errno.js';

const tokenizerName = 'tokenizer.json';
const configName = 'tokenizer_config.json';

/** `tokenizer.json` and `tokenizer_config.json` of a folder. */
export interface TokenizerFiles {
  readonly dir: string;
  /** SHA-256 over both files. */
  readonly digest: string;
  readonly tokenizerJson: unknown;
  /** `{}` where there is none. */
  readonly configJson: unknown;
}

/**
 * @throws {HeadraceError} TokenizerError, where the folder has no tokenizer.json, or one of the two is not
 * JSON.
 */
export async function readTokenizerFiles(dir: string): Promise<TokenizerFiles> {
  const [tokenizerPath, configPath] = [join(dir, tokenizerName), join(dir, configName)];
  const tokenizer = await readFile(tokenizerPath, 'utf8').catch(ignoreMissing);
  if (tokenizer === undefined) throw new HeadraceError('TokenizerError', `${dir} has no tokenizer.json`);
  const config = (await readFile(configPath, 'utf8').catch(ignoreMissing)) ?? '{}';
  return {
    dir,
    digest: createHash('sha256')
      .update(`${tokenizer.length}\n`)
      .update(tokenizer)
      .update(config)
      .digest('hex'),
    tokenizerJson: parse(tokenizer, tokenizerPath),
    configJson: parse(config, configPath),
  };
}

/** Copies the files of a tokenizer into another folder; a missing tokenizer_config.json stays missing. */
export async function copyTokenizerFiles(from: string, to: string): Promise<void> {
  await copyFile(join(from, tokenizerName), join(to, tokenizerName));
  await copyFile(join(from, configName), join(to, configName)).catch(ignoreMissing);
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HeadraceError('TokenizerError', `${path} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}
