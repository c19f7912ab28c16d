import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peftFiles } from '../../../dev/tinker/server/checkpoints/peft.js';
import { readGolden } from '../../dev/tinker/golden.js';

/**
 * Writes the adapters that `make_golden.py` applies, as the server exports them:
 * `node dist/test/golden/peft/write-adapters.js`.
 */
for (const name of ['tied', 'untied'] as const) {
  const dir = fileURLToPath(new URL(`../../../../test/golden/peft/${name}`, import.meta.url));
  const { model, lora, tensors } = await readGolden(name);
  await mkdir(dir, { recursive: true });
  for (const [file, bytes] of peftFiles(model.config, lora, tensors('start')))
    await writeFile(join(dir, file), bytes);
}
