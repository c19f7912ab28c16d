import { readdir, readFile } from 'node:fs/promises';
import { packagePath } from '../../../files/package-path.js';

/** A Markdown page. */
export interface Page {
  /** From the package's root. */
  readonly path: string;
  readonly text: string;
}

const root = packagePath('.');
/** Packages, output of builds and runs, and data. */
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

/** The text without its code blocks, in which a bracket is no link and `#` is no heading. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(/^( *)```.*?^\1```$/gms, '');
}

/** Everything that a reader may copy as a command: the lines of code blocks, and inline code. */
export function codeOf(page: Page): string[] {
  const fenced = [...page.text.matchAll(/^( *)```[^\n]*\n(.*?)^\1```$/gms)].flatMap((match) =>
    (match[2] ?? '').split('\n'),
  );
  const inline = [...proseOf(page).matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  return [...fenced, ...inline];
}
