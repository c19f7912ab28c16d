import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folders = [
  'core',
  'files',
  'workflows',
  'activities',
  'tinker',
  'worker',
  'client',
  'dev',
  'bench',
  'scripts',
  'test',
] as const;
type Folder = (typeof folders)[number];

/** Which folder may import which, by value or type. Same folder is always allowed. */
const mayImport: Record<Folder, readonly Folder[]> = {
  core: [],
  files: ['core'],
  workflows: ['core'],
  activities: ['core', 'files', 'tinker'],
  tinker: [],
  worker: ['core', 'files', 'activities'],
  client: ['core', 'files', 'workflows', 'worker', 'activities', 'dev', 'tinker'],
  dev: ['core', 'files', 'tinker', 'worker'],
  bench: [...folders],
  scripts: [...folders],
  test: [...folders],
};

interface Import {
  readonly file: string;
  readonly folder: Folder;
  readonly target: string;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

async function sourcesOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true }).catch(() => []);
  return entries.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}

async function allImports(): Promise<Import[]> {
  const found: Import[] = [];
  for (const folder of folders)
    for (const file of await sourcesOf(folder)) {
      const text = await readFile(join(root, file), 'utf8');
      for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'/gms))
        found.push({
          file,
          folder,
          target: match[2] ?? '',
          typeOnly: match[1] !== undefined,
          dynamic: false,
        });
      for (const match of text.matchAll(/\bimport\('([^']+)'\)/g))
        found.push({ file, folder, target: match[1] ?? '', typeOnly: false, dynamic: true });
    }
  return found;
}

function folderOf(item: Import): Folder | undefined {
  if (!item.target.startsWith('.')) return undefined;
  const [first] = relative(root, resolve(root, dirname(item.file), item.target)).split('/');
  return folders.find((folder) => folder === first);
}

void test('imports point one way between the top-level folders', async () => {
  const imports = await allImports();
  assert.ok(imports.length > 200, 'the scan found the imports');
  const wrong = imports.filter((item) => {
    const target = folderOf(item);
    return target !== undefined && target !== item.folder && !mayImport[item.folder].includes(target);
  });
  assert.deepEqual(
    wrong.map((item) => `${item.file} imports ${item.target}`),
    [],
  );
});

/** The folders of activities/, in the order of the pipeline: each may import those before it. */
const stages = [
  'threads',
  'http',
  'artifacts',
  'outputs',
  'hub',
  'convert',
  'mix',
  'tokenise',
  'train',
  'report',
];

void test('imports point one way between the stages', async () => {
  const stageOf = (path: string): string | undefined =>
    /^activities\/([^/]+)\//.exec(relative(root, resolve(root, path)))?.[1];
  const wrong = (await allImports()).filter((item) => {
    const [from, to] = [stageOf(item.file), stageOf(join(dirname(item.file), item.target))];
    if (from === undefined || to === undefined || !item.target.startsWith('.')) return false;
    return stages.indexOf(to) === -1 || stages.indexOf(to) > stages.indexOf(from);
  });
  assert.deepEqual(
    wrong.map((item) => `${item.file} imports ${item.target}`),
    [],
  );
});

void test('the client takes only types from workflows', async () => {
  const wrong = (await allImports()).filter(
    (item) => item.folder === 'client' && folderOf(item) === 'workflows' && !item.typeOnly,
  );
  assert.deepEqual(
    wrong.map((item) => item.file),
    [],
  );
});

void test('core is pure: no Node builtins, and no packages but zod', async () => {
  const wrong = (await allImports()).filter(
    (item) => item.folder === 'core' && !item.target.startsWith('.') && item.target !== 'zod',
  );
  assert.deepEqual(
    wrong.map((item) => `${item.file} imports ${item.target}`),
    [],
  );
});

void test('the workflow bundle holds neither zod nor a Node builtin', async () => {
  const bundle = await readFile(join(root, 'dist/workflow-bundle.js'), 'utf8');
  assert.ok(bundle.includes('prepareSource'), 'the bundle holds the workflows');
  assert.ok(!/node_modules\/zod\//.test(bundle), 'zod is in the workflow bundle');
  assert.ok(!/node:(fs|crypto|net|child_process)/.test(bundle), 'a Node builtin is in the workflow bundle');
});
