import assert from 'node:assert/strict';
import { readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { OpenFiles } from '../../../files/open-files.js';
import { temporaryFolder } from '../../support/folder.js';

/** How many files below `dir` this process has open; `undefined` where the system does not show it. */
async function openBelow(dir: string): Promise<number | undefined> {
  const descriptors = await readdir('/proc/self/fd').catch(() => undefined);
  if (descriptors === undefined) return undefined;
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(dir)).length;
}

void test('reads of many files at once get their own bytes, and few files stay open', async (t) => {
  const dir = await temporaryFolder(t);
  const names = Array.from({ length: 40 }, (_, at) => join(dir, `file-${at}`));
  for (const [at, path] of names.entries()) await writeFile(path, `content ${at} of the file`);
  const files = new OpenFiles(3);
  const read = await Promise.all(
    Array.from({ length: 400 }, async (_, at) => {
      const file = (at * 7) % 40;
      const text = String(await files.read(names[file] ?? '', 8, String(file).length));
      return text === String(file);
    }),
  );
  assert.ok(read.every(Boolean));
  const open = await openBelow(dir);
  assert.ok(open === undefined || (open > 0 && open <= 3), `${open} files are open`);
  await files.close();
  assert.ok(((await openBelow(dir)) ?? 0) === 0);
});

void test('a file that is missing or too short fails its own reads alone', async (t) => {
  const dir = await temporaryFolder(t);
  const [there, later] = [join(dir, 'there'), join(dir, 'later')];
  await writeFile(there, 'abc');
  const files = new OpenFiles(1);
  await assert.rejects(files.read(later, 0, 1), { code: 'ENOENT' });
  const [missing, whole] = await Promise.allSettled([files.read(later, 0, 1), files.read(there, 0, 3)]);
  assert.equal(missing.status, 'rejected');
  assert.equal(whole.status === 'fulfilled' && String(whole.value), 'abc');
  await writeFile(later, 'x');
  assert.equal(String(await files.read(later, 0, 1)), 'x', 'it is opened again');
  await assert.rejects(files.read(there, 1, 5), {
    type: 'ArtifactCorruptError',
    message: `${there} ends 3 bytes early`,
  });
  await files.close();
});
