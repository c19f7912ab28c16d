import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { packagePath } from '../../../files/package-path.js';
import { codeOf, proseOf, readPages } from './pages.js';
import type { Page } from './pages.js';

/** The anchors of a page's headings, by the rules of GitHub. */
function anchorsOf(page: Page): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#+ (.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

void test('every link and image of the docs leads to an existing file and heading', async () => {
  const pages = await readPages();
  const byPath = new Map(pages.map((page) => [page.path, page]));
  const broken: string[] = [];
  let links = 0;
  for (const page of pages)
    for (const [, target = ''] of proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      links += 1;
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page.path : normalize(join(dirname(page.path), file));
      const linked = byPath.get(path);
      if (!existsSync(packagePath(path))) broken.push(`${page.path}: ${target} does not exist`);
      else if (anchor !== undefined && (linked === undefined || !anchorsOf(linked).has(anchor)))
        broken.push(`${page.path}: ${target} has no such heading`);
    }
  assert.deepEqual(broken, []);
  assert.ok(links > 30, `only ${links} links were found`);
});

void test('every page in docs/ can be reached from the README', async () => {
  const pages = await readPages();
  const readme = pages.find((page) => page.path === 'README.md')?.text ?? '';
  for (const { path } of pages)
    if (/^docs\/[^/]+$/.test(path)) assert.ok(readme.includes(`](${path})`), `README.md lacks ${path}`);
});

/** Whether code declares a name: `step`, or `Sequence.submit` for a method of a class. */
function declares(code: string, name: string): boolean {
  const [first = '', method] = name.split('.');
  const declared = new RegExp(`\\b(?:function\\*?|class|const|interface|type) ${first}\\b`).test(code);
  return (
    declared &&
    (method === undefined || new RegExp(`^  (?:[a-z]+ )*\\*?#?${method}\\b.*[({<=]`, 'm').test(code))
  );
}

void test('a link from a name leads to the file that declares it', async () => {
  const wrong: string[] = [];
  let links = 0;
  for (const page of await readPages())
    for (const [, name = '', target = ''] of proseOf(page).matchAll(/\[`([\w.]+)`\]\(([^)\s]+\.ts)\)/g)) {
      links += 1;
      const path = packagePath(normalize(join(dirname(page.path), target)));
      const code = existsSync(path) ? await readFile(path, 'utf8') : '';
      if (!name.endsWith('.ts') && !declares(code, name))
        wrong.push(`${page.path}: ${target} has no ${name}`);
    }
  assert.deepEqual(wrong, []);
  assert.ok(links > 0, 'no link to code was found');
});

void test('a name that a file does not declare is found', () => {
  const code = 'export class Sequence {\n  async submit(): Promise<void> {}\n}\nconst step = 1;\n';
  for (const name of ['Sequence', 'Sequence.submit', 'step']) assert.ok(declares(code, name), name);
  for (const name of ['Sequences', 'Sequence.send', 'submit', 'ste']) assert.ok(!declares(code, name), name);
});

void test('every script, recipe and compiled file in the docs exists', async () => {
  const { scripts } = JSON.parse(await readFile(packagePath('package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const missing: string[] = [];
  for (const page of await readPages())
    for (const code of codeOf(page)) {
      for (const [, name = ''] of code.matchAll(/npm run (?:-\S+ )*([\w:-]+)/g))
        if (!(name in scripts)) missing.push(`${page.path}: npm run ${name}`);
      for (const [file] of code.matchAll(/(?<![\w/.-])(?:recipes|dist)\/[\w./-]+\.(?:yaml|json|js)\b/g))
        if (!existsSync(packagePath(file))) missing.push(`${page.path}: ${file}`);
    }
  assert.deepEqual(missing, []);
});
