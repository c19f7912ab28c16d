import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolveTokenizer } from '../../../activities/tokenise/tokenizer/resolve-tokenizer.js';
import { createTextEncoder } from '../../../activities/tokenise/tokenizer/text-encoder.js';
import {
  readTokenizerFiles,
  tokenizerFiles,
} from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import { HeadraceError } from '../../../core/errors.js';
import { packagePath } from '../../../files/package-path.js';

const kimi = await readTokenizerFiles(packagePath('test/golden/tokenizers/kimi-k2'));
const lines = kimi.vocabulary.bytes.toString().trimEnd().split('\n');

/** The error of Kimi's file with its lines changed. */
function errorOf(change: (lines: string[]) => string[]): string {
  const bytes = Buffer.from(change([...lines]).join('\n'));
  return messageOf(() =>
    createTextEncoder(tokenizerFiles('/k', { name: 'tiktoken.model', bytes }, kimi.config), []),
  );
}

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    assert.ok(error instanceof HeadraceError);
    assert.equal(error.type, 'TokenizerError');
    return error.message;
  }
  assert.fail('there is no error');
}

void test('a folder without a vocabulary is an error that names what was expected', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  await writeFile(join(dir, 'tokenizer_config.json'), '{}');
  await assert.rejects(readTokenizerFiles(dir), {
    type: 'TokenizerError',
    message: `${dir} has no tokenizer; expected tokenizer.json, tiktoken.model or o200k_base.tiktoken`,
  });
});

void test('a damaged line of a tiktoken file is named with its number, what it holds and what was expected', () => {
  const expected = 'expected a token in Base64, a space and its rank, such as "aGVsbG8= 24912"';
  for (const damage of [
    'IGEh',
    'IGE!\u0041 7',
    'IGE 7',
    'IGEh seven',
    'IGEh ',
    'IGEh 12345678',
    ' 7',
    'IGEh 7 8',
  ])
    assert.equal(
      errorOf((all) => all.with(41, damage)),
      `tiktoken.model of /k, line 42 is damaged: ${JSON.stringify(damage)}; ${expected}`,
    );
  const again = lines[3] ?? '';
  assert.equal(
    errorOf((all) => all.with(41, again)),
    `tiktoken.model of /k, line 42 has the token or the rank of an earlier line: ${JSON.stringify(again)}; ${expected}`,
  );
});

void test('a tiktoken file that ends too early, and one without names, are errors', async () => {
  assert.match(
    errorOf((all) => all.slice(0, 100)),
    /^tiktoken.model of \/k has 100 lines, and none for the byte 0x[0-9a-f]{2}; expected every byte as a token of its own$/,
  );
  const bare = tokenizerFiles('/k', kimi.vocabulary);
  assert.equal(
    messageOf(() => createTextEncoder(bare, [])),
    'tiktoken.model of /k has no names of control tokens; expected added_tokens_decoder in tokenizer_config.json',
  );
  const windows = Buffer.from(`${lines.join('\r\n')}\r\n`);
  const encoder = createTextEncoder(
    tokenizerFiles('/k', { name: 'tiktoken.model', bytes: windows }, kimi.config),
    [],
  );
  assert.deepEqual(encoder.encode('Hello'), createTextEncoder(kimi, []).encode('Hello'));
});

void test('a tokenizer.json that is cut off or damaged is named with the byte, what is there and what was expected', async () => {
  const whole = await readFile(packagePath('test/golden/tokenizers/gpt-oss/tokenizer.json'));
  const damaged = (bytes: Buffer): string =>
    messageOf(() => createTextEncoder(tokenizerFiles('/g', { name: 'tokenizer.json', bytes }), []));
  for (const length of [0, 1, 500, whole.length >> 1, whole.length - 3])
    assert.match(
      damaged(whole.subarray(0, length)),
      /^tokenizer.json of \/g is damaged: byte \d+ has (the end|".*"), expected .+$/s,
      String(length),
    );
  const text = whole.toString();
  assert.match(damaged(Buffer.from(text.replace('"vocab":{"', '"vocab":{x"'))), /has "x.*", expected """/);
  assert.match(damaged(Buffer.from(`${text}}`)), /has "}", expected the end of the file/);
  assert.match(
    damaged(Buffer.from('{"added_tokens":[{"id":"a"}],"model":{}}')),
    /^The tokenizer \/g is not understood: .*id/s,
  );
  assert.match(damaged(Buffer.from('{"model":{"type":"Nonesuch"}}')), /^The tokenizer \/g cannot be used: /);
});

void test('a tokenizer that is neither a folder nor an id of the Hub, nor comes with Headrace, is an error', async () => {
  const { signal } = new AbortController();
  await assert.rejects(resolveTokenizer({}, { baseModel: 'own/model', tokenizer: 'llama' }, signal), {
    type: 'TokenizerError',
    message:
      'llama is no tokenizer; expected owner/name@revision on the Hub, a folder (starting with . or /), or inkling',
  });
});
