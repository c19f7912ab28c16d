import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { createTextEncoder } from '../../../activities/tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import { markupTokens } from '../../../core/training/rendering/renderer.js';
import { packagePath } from '../../../files/package-path.js';
import { goldenTokenizer } from '../../support/golden-tokenizers.js';

const Golden = z.object({
  texts: z.array(z.string()),
  ids: z.record(z.string(), z.array(z.array(z.int()))),
});
const zipped = await readFile(packagePath('test/golden/tokenizers/ids.json.gz'));
const { texts, ids: expected } = Golden.parse(JSON.parse(gunzipSync(zipped).toString()));

void test('the golden file has every kind of tokenizer', () => {
  assert.deepEqual(Object.keys(expected).sort(), [
    'deepseek-v3.1',
    'deepseek-v4.1',
    'glm5',
    'gpt-oss',
    'inkling',
    'kimi-k2',
    'llama3',
    'nemotron3',
    'qwen3',
    'qwen3.5',
  ]);
});

for (const [name, ids] of Object.entries(expected))
  void test(`${name}: odd texts of every script have the ids of the reference, and become the text again`, async () => {
    const encoder = createTextEncoder(await readTokenizerFiles(goldenTokenizer(name)), markupTokens);
    const normalises = name.startsWith('qwen');
    for (const [at, text] of texts.entries()) {
      assert.deepEqual([...encoder.encode(text)], ids[at], JSON.stringify(text.slice(0, 200)));
      assert.equal(encoder.decode(ids[at] ?? []), normalises ? text.normalize('NFC') : text);
    }
  });
