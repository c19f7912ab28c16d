import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { pythonEnvironment } from '../../dev/python/environment.js';
import { runProgram, runScript } from '../../test/interop/support/run-python.js';
import {
  wholeTokenizer,
  wholeTokenizers,
  type WholeTokenizer,
} from '../../test/interop/support/whole-tokenizers.js';
import { defineBench } from '../bench.js';
import { markdownTable } from '../markdown-table.js';
import { everyScript, markdown, type Corpus } from './corpus.js';

/** What encoding took, in CPU seconds. */
const Encoded = z.object({
  ids: z.array(z.array(z.int())),
  loadSeconds: z.number(),
  /** Of each list of texts. */
  encodeSeconds: z.array(z.number()),
  /** By how much loading raised the process's peak of resident memory. */
  megabytes: z.number(),
});
type Encoded = z.infer<typeof Encoded>;

/**
 * How fast text becomes tokens with every tokenizer of the table of models, and whether the ids are those of
 * the reference. CPU seconds leave out other work on the machine. The first run installs the cookbook's
 * environment (5.6 GB).
 */
export const tokeniseBench = defineBench({
  summary: 'tokenises on one core with Headrace, @huggingface/tokenizers and Python, with every tokenizer',
  options: z.object({
    limit: z.coerce.number().positive().default(4).describe('MB of Markdown at most'),
    tokenizers: z.string().default(wholeTokenizers.join(',')).describe('their names'),
  }),
  run: async ({ limit, tokenizers }) => {
    const corpora = [await markdown(limit * 1e6), everyScript()];
    const environment = await pythonEnvironment('cookbook');
    const dir = await mkdtemp(join(tmpdir(), 'headrace-tokenise-'));
    const textsPath = join(dir, 'texts.json');
    const lists = corpora.map(({ texts }) => texts);
    await writeFile(textsPath, JSON.stringify(lists));
    const rows: string[][] = [];
    for (const name of z.array(z.enum(wholeTokenizers)).parse(tokenizers.split(','))) {
      const folder = await wholeTokenizer(name, environment);
      const ours = await encoded('headrace', folder, textsPath);
      const library = isOfLibrary(name) ? await encoded('library', folder, textsPath) : undefined;
      const python = await runScript(Encoded, environment, 'tokenizer_ids.py', {}, { folder, lists });
      rows.push([
        name,
        ...cellsOf(ours, corpora),
        ...cellsOf(library, corpora),
        ...cellsOf(python, corpora),
        isSame(ours, python) ? 'yes' : 'NO',
      ]);
    }
    await rm(dir, { recursive: true });
    const columns = ['Headrace', 'library', 'Python'].flatMap((who) => [
      `${who}: loads in s`,
      'MB',
      'Markdown, MB/s',
      'names, MB/s',
    ]);
    const sizes = corpora.map(
      ({ texts, bytes }) => `${(bytes / 1e6).toFixed(1)} MB in ${texts.length} texts`,
    );
    const table = markdownTable(['tokenizer', ...columns, 'same ids'], rows, ['tokenizer', 'same ids']);
    return `Markdown: ${sizes[0] ?? ''}; names in 36 languages: ${sizes[1] ?? ''}\n\n${table}`;
  },
});

/** The library cannot read files of ranks. */
const isOfLibrary = (name: WholeTokenizer): boolean => name !== 'kimi-k2' && name !== 'inkling';

async function encoded(kind: 'headrace' | 'library', folder: string, textsPath: string): Promise<Encoded> {
  const program = fileURLToPath(new URL('./encode.js', import.meta.url));
  const { code, stdout, stderr } = await runProgram(process.execPath, [program, kind, folder, textsPath], {});
  if (code !== 0) throw new Error(`${program} ${kind} ${folder} ended with ${code}:\n${stderr}`);
  return Encoded.parse(JSON.parse(stdout));
}

function cellsOf(measured: Encoded | undefined, corpora: readonly Corpus[]): string[] {
  if (measured === undefined) return ['–', '–', ...corpora.map(() => '–')];
  const { loadSeconds, megabytes, encodeSeconds } = measured;
  const rates = corpora.map(({ bytes }, at) => (bytes / 1e6 / (encodeSeconds[at] ?? 0)).toFixed(1));
  return [loadSeconds.toFixed(1), megabytes.toFixed(0), ...rates];
}

function isSame(ours: Encoded, other: Encoded): boolean {
  return ours.ids.every((ids, at) => ids.join() === other.ids[at]?.join());
}
