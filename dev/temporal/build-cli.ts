import { spawn } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../../core/defined.js';
import { executableName } from './executable.js';

/** The newest version of the CLI that `go install` can build. */
export const builtVersion = 'v1.5.1';

const reportEveryMs = 30_000;
const keptErrorLines = 10;

export interface BuildOptions {
  /** Path of the program `go`. */
  readonly go: string;
  /** Folder for the unfinished build, on the file system of `target`. */
  readonly cache: string;
  readonly target: string;
  /** Called every 30 s with a line about the build. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Builds the Temporal CLI with `go install`. @throws {Error} with the last lines of `go`'s stderr. */
export async function buildCli({ go, cache, target, log, signal }: BuildOptions): Promise<void> {
  const folder = join(cache, `build-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const startedMs = Date.now();
  const ticker = setInterval(
    () => log(`Temporal CLI: still building (${Math.round((Date.now() - startedMs) / 1000)} s) …`),
    reportEveryMs,
  );
  try {
    await goInstall(go, folder, signal);
    await rename(join(folder, executableName('temporal')), target);
  } finally {
    clearInterval(ticker);
    await rm(folder, { recursive: true, force: true });
  }
}

async function goInstall(go: string, folder: string, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(go, ['install', `github.com/temporalio/cli/cmd/temporal@${builtVersion}`], {
      env: { ...process.env, GOBIN: folder, GOFLAGS: '-modcacherw' },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...defined({ signal }),
    });
    const tail: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      tail.push(...text.split('\n').filter((line) => line !== '' && !line.startsWith('go: downloading')));
      tail.splice(0, Math.max(0, tail.length - keptErrorLines));
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go install exited with ${code}: ${tail.join(' / ')}`));
    });
  });
}
