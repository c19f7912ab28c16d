import { readFile } from 'node:fs/promises';
import { createTextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../activities/tokenise/tokenizer/tokenizer-files.js';
import { markupTokens } from '../../core/training/rendering/renderer.js';
import { libraryAlone } from '../../test/support/library-alone.js';

/**
 * Encodes texts in a process of its own: `node encode.js headrace|library FOLDER TEXTS`. TEXTS is a JSON file
 * with lists of texts. Prints JSON: {@link Encoded} of the bench.
 */
const [kind = '', folder = '', textsPath = ''] = process.argv.slice(2);
const lists = JSON.parse(await readFile(textsPath, 'utf8')) as string[][];

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const peakMegabytes = (): number => process.resourceUsage().maxRSS / 1e3;

const [began, before] = [cpuSeconds(), peakMegabytes()];
const encode = kind === 'library' ? await libraryAlone(folder, markupTokens) : await headrace();
const loadSeconds = cpuSeconds() - began;
const megabytes = peakMegabytes() - before;

const ids: (readonly number[])[] = [];
const encodeSeconds = lists.map((texts) => {
  const start = cpuSeconds();
  for (const text of texts) ids.push(encode(text));
  return cpuSeconds() - start;
});
process.stdout.write(JSON.stringify({ ids, loadSeconds, encodeSeconds, megabytes }));

async function headrace(): Promise<(text: string) => readonly number[]> {
  const encoder = createTextEncoder(await readTokenizerFiles(folder), markupTokens);
  return (text) => encoder.encode(text);
}
