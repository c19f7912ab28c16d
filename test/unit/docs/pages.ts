import { readdir, readFile } from 'node:fs/promises';
import { packagePath } from '../../../files/package-path.js';

/** A page for readers. */
export interface Page {
  /** From the package's root. */
  readonly path: string;
  readonly text: string;
}

const root = packagePath('.');
/** What is not ours, is made, or is data. */
const leftOut = /(^|\/)(node_modules|dist|runs|\.venv)\/|^dev\/corpora\/data\//;

/** The README of every folder, CONTRIBUTING, the change log, and everything in docs/. */
export async function readPages(): Promise<Page[]> {
  const names = (await readdir(root, { recursive: true }))
    .filter(
      (name) => /^(docs\/.*|CHANGELOG|CONTRIBUTING|(.*\/)?README)\.md$/.test(name) && !leftOut.test(name),
    )
    .sort();
  return await Promise.all(
    names.map(async (path) => ({ path, text: await readFile(packagePath(path), 'utf8') })),
  );
}

/** The text without what stands in fences, where a bracket is no link and `#` is no heading. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(/^( *)```.*?^\1```$/gms, '');
}

/** Everything that a reader may copy as a command: lines in fences, and pieces of code in the text. */
export function codeOf(page: Page): string[] {
  const fenced = [...page.text.matchAll(/^( *)```[^\n]*\n(.*?)^\1```$/gms)].flatMap((match) =>
    (match[2] ?? '').split('\n'),
  );
  const inline = [...proseOf(page).matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  return [...fenced, ...inline];
}
