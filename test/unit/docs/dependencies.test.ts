import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { packagePath } from '../../../files/package-path.js';

const folders = ['activities', 'client', 'core', 'dev', 'tinker', 'worker', 'workflows', 'test'];

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

async function readPackage(path: string): Promise<Package> {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    await readFile(packagePath(path), 'utf8'),
  ) as Partial<Package>;
  return { dependencies, devDependencies };
}

/** The line of a package in the tables of the page, its own or that of its scope. */
function rowOf(page: string, name: string): string | undefined {
  const lines = page.split('\n').filter((line) => line.startsWith('| `'));
  const named = (text: string): string | undefined =>
    lines.find((line) => line.split('|')[1]?.includes(`\`${text}\``));
  return named(name) ?? named(`${name.split('/')[0]}/*`);
}

void test('every dependency is imported, and docs/dependencies.md names its purpose', async () => {
  const { dependencies } = await readPackage('package.json');
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
    assert.ok(rowOf(page, name) !== undefined, `docs/dependencies.md lacks ${name}`);
  }
});

void test('docs/dependencies.md has the exact version of every dependency and tool', async () => {
  const { dependencies, devDependencies } = await readPackage('package.json');
  const compiler = await readPackage('activities/convert/json-bytes/assembly/package.json');
  const page = await readFile(packagePath('docs/dependencies.md'), 'utf8');
  const packages = {
    ...dependencies,
    ...devDependencies,
    ...compiler.dependencies,
    ...compiler.devDependencies,
  };
  for (const [name, version] of Object.entries(packages)) {
    const versions = rowOf(page, name)?.split('|')[2]?.split(',') ?? [];
    assert.ok(
      versions.some((each) => each.trim() === version),
      `docs/dependencies.md lacks ${name} ${version}`,
    );
  }
});
