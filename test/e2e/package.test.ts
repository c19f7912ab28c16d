import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { packagePath } from '../../files/package-path.js';
import { temporaryFolder } from '../support/folder.js';
import { sha256 } from '../support/sha256.js';
import { writeConversations } from '../support/conversations.js';

// The package as its users get it: packed, then installed into an empty folder.

const run = promisify(execFile);
let folder = '';

/** Nothing of the caller's settings or of npm's own run reaches the commands. */
const env = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  HEADRACE_STORE: join(folder, 'store'),
});
const headrace = async (...args: readonly string[]): Promise<string> =>
  (await run('npx', ['--no-install', 'headrace', ...args], { cwd: folder, env: env() })).stdout;
const installed = (path: string): string => join(folder, 'node_modules', 'headrace', path);

before(async () => {
  folder = await temporaryFolder();
  // Packing builds, which would take dist/ from under the other tests.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', pack, { cwd: packagePath('.'), env: env() });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  await writeFile(join(folder, 'package.json'), '{ "name": "a-user", "private": true, "type": "module" }');
  const install = ['install', packed.filename, '--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', install, { cwd: folder, env: env() });
});

void test('the installed command prints its version and mixes a recipe', async () => {
  const { version } = JSON.parse(await readFile(packagePath('package.json'), 'utf8')) as { version: string };
  assert.equal((await headrace('--version')).trim(), version);
  await writeConversations(join(folder, 'chats.jsonl'), 50, 3);
  await writeFile(
    join(folder, 'recipe.yaml'),
    'name: mine\nsources:\n  - { name: chats, files: chats.jsonl }\n',
  );
  await headrace('mix', 'recipe.yaml');
  const lines = (await readFile(join(folder, 'runs/mine/train.jsonl'), 'utf8')).trimEnd().split('\n');
  assert.equal(lines.length, 50);
});

void test('the installed demo trains on the data that the package ships and leaves its results in the current folder', async () => {
  await headrace('demo', '--set', 'train.max_steps=4', '--set', 'train.checkpoint_every=2');
  const readme = await readFile(packagePath('README.md'), 'utf8');
  assert.ok(readme.includes(`sha256 ${await sha256(join(folder, 'runs/demo/train.jsonl'))}`));
  const metrics = (await readFile(join(folder, 'runs/demo/metrics.jsonl'), 'utf8')).trimEnd().split('\n');
  assert.equal(metrics.length, 4);
});

void test('the installed dev serves, and a run starts on its worker', async () => {
  await writeConversations(join(folder, 'more.jsonl'), 40, 5);
  await writeFile(
    join(folder, 'served.yaml'),
    'name: served\nsources:\n  - { name: more, files: more.jsonl }\n',
  );
  // Not by npx, which does not hand a signal on.
  const dev = spawn(join(folder, 'node_modules/.bin/headrace'), ['dev'], {
    cwd: folder,
    env: env(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => dev.once('exit', resolve));
  let shown = '';
  const serves = new Promise<void>((resolve) => {
    dev.stderr.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (shown.includes('Ctrl-C ends all of them')) resolve();
    });
  });
  try {
    await Promise.race([serves, ended.then(() => assert.fail(`dev ended: ${shown}`))]);
    await headrace('start', 'served.yaml', '--wait');
  } finally {
    dev.kill('SIGINT');
    await ended;
  }
  const lines = (await readFile(join(folder, 'runs/served/train.jsonl'), 'utf8')).trimEnd().split('\n');
  assert.equal(lines.length, 40);
});

void test('a program that imports the three doors type-checks against the types of the package', async () => {
  await writeFile(
    join(folder, 'program.ts'),
    `import { exitCodes, mix, parseRecipe, type ResolvedRecipe, watchRun } from 'headrace';
import { TinkerError, TrainingClient } from 'headrace/tinker';
import { prepareSource, stage1, trainLora } from 'headrace/workflows';

export const recipe: ResolvedRecipe = parseRecipe('name: mine', 'mine.yaml');
export const seed: number = recipe.seed;
export const doors = { exitCodes, mix, watchRun, TinkerError, TrainingClient, prepareSource, stage1, trainLora };
// @ts-expect-error: the seed is a number, so the types are more than any.
export const wrong: string = recipe.seed;
`,
  );
  const options = '--noEmit --strict --module nodenext --target es2022 --skipLibCheck false --pretty false';
  const tsc = packagePath('node_modules/.bin/tsc');
  const { stdout } = await run(tsc, [...options.split(' '), 'program.ts'], {
    cwd: folder,
    env: env(),
  }).catch((error: unknown) => error as { stdout: string });
  // The declarations of other packages have errors of their own.
  const ours = stdout.split('\n').filter((line) => /^(program\.ts|node_modules\/headrace\/)/.test(line));
  assert.deepEqual(ours, []);
});

void test('the three doors load, and no other path of the package does', async () => {
  const program = (door: string): string => `await import('${door}')`;
  for (const door of ['headrace', 'headrace/tinker', 'headrace/workflows'])
    await run('node', ['--input-type=module', '-e', program(door)], { cwd: folder, env: env() });
  await assert.rejects(
    run('node', ['--input-type=module', '-e', program('headrace/dist/core/recipe.js')], {
      cwd: folder,
      env: env(),
    }),
    /ERR_PACKAGE_PATH_NOT_EXPORTED/,
  );
});

void test('the package holds the code that its command and its doors reach, with types, and no other', async () => {
  const { bin, exports } = JSON.parse(await readFile(installed('package.json'), 'utf8')) as {
    bin: Record<string, string>;
    exports: Record<string, string | { default: string }>;
  };
  const doors = Object.values(exports).flatMap((door) => (typeof door === 'string' ? [] : [door.default]));
  const modules = (await readdir(installed('dist'), { recursive: true }))
    .map((name) => `dist/${name}`)
    .filter((name) => name.endsWith('.js') && name !== 'dist/workflow-bundle.js');
  const reached = new Set<string>();
  /** By code or by types: a module that holds types alone is reached by declarations only. */
  const visit = async (module: string): Promise<void> => {
    if (reached.has(module)) return;
    reached.add(module);
    for (const file of [module, module.replace(/\.js$/, '.d.ts')]) {
      const text = await readFile(installed(file), 'utf8');
      for (const [, target = ''] of text.matchAll(
        /(?:from |import |import\(|new URL\()'(\.{1,2}\/.+?\.js)'/g,
      ))
        if (!target.endsWith('/workflow-bundle.js')) await visit(normalize(join(dirname(file), target)));
    }
  };
  for (const door of [...Object.values(bin), ...doors]) await visit(normalize(door));
  assert.deepEqual(
    modules.filter((module) => !reached.has(module)),
    [],
  );
  assert.deepEqual((await readdir(installed('.'))).sort(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dev',
    'dist',
    'docs',
    'package.json',
    'recipes',
    'tinker',
  ]);
});

void test('every page and picture for users that the README leads to is in the package', async () => {
  const readme = await readFile(installed('README.md'), 'utf8');
  const targets = [...readme.matchAll(/\]\(([^):]+)\)/g)].map(([, target = '']) => target);
  assert.ok(targets.length > 10);
  assert.deepEqual(
    targets.filter((target) => !existsSync(installed(target))),
    // For people who have the repository.
    ['CONTRIBUTING.md'],
  );
});

void test('the package cannot be published by accident', async () => {
  const publish =
    'publish --ignore-scripts --registry http://127.0.0.1:1 --//127.0.0.1:1/:_authToken=none --fetch-retries=0'.split(
      ' ',
    );
  await assert.rejects(run('npm', publish, { cwd: packagePath('.'), env: env() }), /EPRIVATE/);
});
