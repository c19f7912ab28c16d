import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { demoFiles } from './demo-files.js';
import { trainTokenizer } from './train-tokenizer.js';

/**
 * Writes the shipped demo corpora and the small model's tokenizer; run by hand from the project's
 * folder: `node dist/dev/corpora/main.js`. The small model's weights go with the tokenizer: after a change of
 * its vocabulary they have to be trained again.
 */
async function main(): Promise<void> {
  const data = join('dev', 'corpora', 'data');
  await rm(data, { recursive: true, force: true });
  for (const [path, content] of demoFiles()) {
    await mkdir(dirname(join(data, path)), { recursive: true });
    await writeFile(join(data, path), content);
    process.stdout.write(`${join(data, path)} ${Buffer.byteLength(content)}\n`);
  }
  const model = join('dev', 'tinker', 'model-files', 'tiny-qwen3');
  await mkdir(model, { recursive: true });
  const { tokenizer, config } = trainTokenizer();
  await writeFile(join(model, 'tokenizer.json'), `${JSON.stringify(tokenizer)}\n`);
  await writeFile(join(model, 'tokenizer_config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

await main();
