import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { packagePath } from '../../../files/package-path.js';

const topFolders = (await readdir(packagePath('.'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$|runs$)/.test(entry.name))
  .map((entry) => entry.name);

/**
 * Folders that hold files of their own, from the package's root; of `test` and `docs` only the first levels.
 */
async function foldersWithFiles(): Promise<Set<string>> {
  const found = new Set<string>();
  for (const top of topFolders)
    for (const entry of await readdir(packagePath(top), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const parts = entry.parentPath.slice(packagePath('.').length).split('/');
      if (parts[0] === 'test') found.add(parts.slice(0, 2).join('/'));
      else if (parts[0] !== 'docs' && !/\/(data|model-files|python)\//.test(`${parts.join('/')}/`))
        found.add(parts.join('/'));
    }
  return found;
}

/** Folders of the code map in docs/how-it-works.md, by the indents of their lines, each with its phrase. */
async function mappedFolders(): Promise<Map<string, string>> {
  const page = await readFile(packagePath('docs/how-it-works.md'), 'utf8');
  const map = /## The code map\n.*?```\n(.*?)```/s.exec(page)?.[1] ?? '';
  const mapped = new Map<string, string>();
  const path: string[] = [];
  for (const [, indent = '', name = '', phrase = ''] of map.matchAll(/^( *)([\w-]+)\/ +(.*)$/gm)) {
    path.splice(indent.length / 2, Infinity, name);
    mapped.set(path.join('/'), phrase);
  }
  return mapped;
}

void test('the code map has a phrase for every folder, and only existing folders', async () => {
  const folders = await foldersWithFiles();
  const mapped = await mappedFolders();
  assert.ok(folders.size > 60, `only ${folders.size} folders were found`);
  assert.deepEqual(
    [...folders].filter((folder) => !mapped.has(folder)),
    [],
    'not in the code map',
  );
  assert.deepEqual(
    [...mapped].filter(([folder, phrase]) => !existsSync(packagePath(folder)) || phrase === ''),
    [],
    'in the code map, but missing or without a phrase',
  );
});
