import { rmSync } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const leftToTheEnd: string[] = [];
process.on('exit', () => {
  for (const dir of leftToTheEnd) rmSync(dir, { recursive: true, force: true });
});

/** A new folder, removed when the test of `context` ends; without one, when the process does. */
export async function temporaryFolder(context?: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'headrace-'));
  if (context === undefined) leftToTheEnd.push(dir);
  else context.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** The same in memory, where there is a disk in memory: for tests that flush thousands of files. */
export async function folderInMemory(context: TestContext): Promise<string> {
  const disk = await access('/dev/shm').then(
    () => '/dev/shm',
    () => tmpdir(),
  );
  const dir = await mkdtemp(join(disk, 'headrace-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
