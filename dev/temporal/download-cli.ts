import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The limit for a machine without access to the download site. */
const downloadTimeoutMs = 60_000;

/**
 * Downloads the Temporal CLI to `target`. The SDK downloads it when it starts a server from a folder without
 * it; that server is closed at once.
 *
 * @param cache - folder for the unfinished download, on the file system of `target`.
 * @throws {Error} where the download fails or takes longer than 60 s.
 */
export async function downloadCli(cache: string, target: string): Promise<void> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const folder = join(cache, `download-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    const started = TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', downloadDir: folder } },
    });
    const environment = await withTimeout(started, downloadTimeoutMs, 'no answer from the download site');
    await environment.teardown();
    const [file] = (await readdir(folder)).filter((name) => name.startsWith('temporal'));
    if (file === undefined) throw new Error('the SDK left no executable');
    await rename(join(folder, file), target);
    await chmod(target, 0o755);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withTimeout<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
