import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../files/package-path.js';
import { namesOfEveryScript } from '../../test/interop/support/names-of-every-script.js';

/** About the length of a message. */
const textLength = 1_500;

/** Texts that are encoded, and their size in UTF-8. */
export interface Corpus {
  readonly texts: readonly string[];
  readonly bytes: number;
}

/** Markdown files below node_modules, up to a size: prose and code, in the versions of package-lock.json. */
export async function markdown(limitBytes: number): Promise<Corpus> {
  const modules = packagePath('node_modules');
  const files = (await readdir(modules, { recursive: true })).filter((name) => name.endsWith('.md')).sort();
  const texts: string[] = [];
  let bytes = 0;
  for (const name of files) {
    if (bytes >= limitBytes) break;
    // A folder may have such a name.
    const text = await readFile(join(modules, name), 'utf8').catch(() => '');
    for (let at = 0; at < text.length; at += textLength) texts.push(text.slice(at, at + textLength));
    bytes += Buffer.byteLength(text);
  }
  return { texts, bytes };
}

/** Names of regions and languages in 36 languages of many scripts. */
export function everyScript(): Corpus {
  const texts = namesOfEveryScript();
  return { texts, bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) };
}
