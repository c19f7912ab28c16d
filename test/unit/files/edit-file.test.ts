import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { editFile } from '../../../files/edit-file.js';
import { temporaryFolder } from '../../support/folder.js';

const { signal } = new AbortController();

void test('an edit that fails, or that changes nothing, leaves the file and no lock behind', async (t) => {
  const dir = await temporaryFolder(t);
  const path = join(dir, 'new', 'list.txt');
  await editFile(path, signal, () => Promise.resolve('one'));
  await assert.rejects(
    editFile(path, signal, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  await editFile(path, signal, () => Promise.resolve(undefined));
  assert.equal(await readFile(path, 'utf8'), 'one');
  assert.deepEqual(await readdir(join(dir, 'new')), ['list.txt']);
});

void test('an editor that waits stops at its signal', async (t) => {
  const path = join(await temporaryFolder(t), 'list.txt');
  const abort = new AbortController();
  await editFile(path, signal, async () => {
    const waiting = editFile(path, abort.signal, () => Promise.resolve('never'));
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, { message: 'enough' });
    return 'one';
  });
  assert.equal(await readFile(path, 'utf8'), 'one');
});
