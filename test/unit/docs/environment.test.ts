import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { packagePath } from '../../../files/package-path.js';

const product = ['activities', 'client', 'core', 'dev/stack', 'tinker', 'worker', 'workflows'];
/** Constants of protocols, Temporal, AWS, parquet and Node, which have the shape of a variable. */
const constant =
  /^(BIT_PACKED|BYTE_ARRAY|BYTE_STREAM_SPLIT|CANCEL_REQUESTED|DEEP_ARCHIVE|GROUP_VAR_INT|MAXIMUM_ATTEMPTS_REACHED|WHEN_REQUIRED|(AWS_SDK_JS|DELTA|DTYPE|ERR|PENDING_ACTIVITY|STOP_REASON)_.*|(PLAIN|RLE)_DICTIONARY)$/;
/** The package that reads Temporal's variables. */
const reader = 'node_modules/@temporalio/envconfig/lib';

async function namesIn(folder: string, file: RegExp): Promise<Set<string>> {
  const names = (await readdir(packagePath(folder), { recursive: true })).filter((name) => file.test(name));
  const texts = await Promise.all(
    names.map(async (name) => await readFile(packagePath(`${folder}/${name}`), 'utf8')),
  );
  const found = texts.flatMap((text) => [...text.matchAll(/['"`]([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)['"`]/g)]);
  return new Set(found.map((match) => match[1] ?? ''));
}

void test('docs/environment.md has every variable that is read, and no other', async () => {
  const page = await readFile(packagePath('docs/environment.md'), 'utf8');
  const table = page.split('\n').filter((line) => line.startsWith('| `'));
  const named = new Set(
    table.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1])),
  );
  const ours = new Set<string>();
  for (const folder of product)
    for (const name of await namesIn(folder, /\.ts$/)) if (!constant.test(name)) ours.add(name);
  const theirs = await namesIn(reader, /\.js$/);
  assert.ok(ours.size > 10 && theirs.size > 10, [...ours, ...theirs].join(', '));
  assert.deepEqual(
    [...ours].filter((name) => !named.has(name)),
    [],
    'read, but not in the table',
  );
  assert.deepEqual(
    [...named].filter((name) => name !== undefined && !ours.has(name) && !theirs.has(name)),
    [],
    'in the table, but not read',
  );
});
