import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { packagePath } from '../../../files/package-path.js';

const folders = ['activities', 'client', 'core', 'dev', 'tinker', 'worker', 'workflows', 'test'];

void test('every dependency is imported, and docs/dependencies.md gives its purpose', async () => {
  const { dependencies } = JSON.parse(await readFile(packagePath('package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const page = await readFile(packagePath('docs/dependencies.md'), 'utf8');
  const sources = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(packagePath(folder), { recursive: true });
      const texts = names
        .filter((name) => name.endsWith('.ts'))
        .map(async (name) => await readFile(packagePath(`${folder}/${name}`), 'utf8'));
      return (await Promise.all(texts)).join('\n');
    }),
  );
  const code = sources.join('\n');
  for (const name of Object.keys(dependencies)) {
    assert.match(code, new RegExp(`(from|import\\() ?'${name}['/]`), `nothing imports ${name}`);
    const told = page.includes(`\`${name}\``) || page.includes(`\`${name.split('/')[0]}/*\``);
    assert.ok(told, `docs/dependencies.md lacks ${name}`);
  }
});
