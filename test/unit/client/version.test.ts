import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { packagePath } from '../../../files/package-path.js';
import { headrace } from '../../support/command.js';

void test('headrace --version prints the version of the package', async () => {
  const text = await readFile(packagePath('package.json'), 'utf8');
  const { stdout, code } = await headrace(['--version'], {});
  assert.equal(code, 0);
  assert.ok(text.includes(`"version": "${stdout.trim()}"`), stdout);
});
