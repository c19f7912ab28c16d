import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { access, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

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

/** A file system of its own, or `undefined` where this user may not mount one. */
export async function smallDisk(context: TestContext, sizeBytes: number): Promise<string | undefined> {
  const dir = await temporaryFolder();
  const run = promisify(execFile);
  const isMounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', dir]).then(
    () => true,
    () => false,
  );
  context.after(async () => {
    if (isMounted) await run('umount', ['--lazy', dir]);
    await rmdir(dir);
  });
  return isMounted ? dir : undefined;
}
