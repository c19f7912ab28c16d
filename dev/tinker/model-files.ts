import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The small pre-trained base model that the project ships, `headrace/tiny-qwen3`. It is beside the sources,
 * not in `dist/`, so it is searched from this file upwards.
 */
export function tinyModelDir(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const candidate = join(dir, 'dev', 'tinker', 'model-files', 'tiny-qwen3');
    if (existsSync(join(candidate, 'config.json'))) return candidate;
    if (dir === dirname(dir))
      throw new Error('dev/tinker/model-files/tiny-qwen3 is missing from this installation');
  }
}
