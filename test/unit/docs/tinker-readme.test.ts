import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { packagePath } from '../../../files/package-path.js';
import * as tinker from '../../../tinker/index.js';

const classes = [tinker.Tinker, tinker.TinkerSession, tinker.TrainingClient, tinker.SamplingClient];
const methods = new Set(classes.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)));

void test('the example of tinker/README.md imports and calls what the client has', async () => {
  const page = await readFile(packagePath('tinker/README.md'), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(page)?.[1] ?? '';
  const imported = (/import \{ (.*) \} from 'headrace\/tinker'/.exec(example)?.[1] ?? '').split(', ');
  const called = [...page.matchAll(/\b(?:tinker|session|client|sampling)\.(\w+)\(/g)].map(
    (match) => match[1] ?? '',
  );
  assert.ok(imported.length > 1 && called.length > 8, `${imported.join()}; ${called.join()}`);
  assert.deepEqual(
    imported.filter((name) => !(name in tinker)),
    [],
  );
  assert.deepEqual(
    called.filter((name) => !methods.has(name)),
    [],
  );
});
