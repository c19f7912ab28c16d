import { spawn } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { defined } from '../../core/defined.js';

const reportEveryMs = 30_000;
const keptErrorLines = 10;

export interface GoBuildOptions {
  /** Path of the program `go`. */
  readonly go: string;
  /** For messages: `Temporal CLI`. */
  readonly name: string;
  /** What is built: `github.com/temporalio/cli/cmd/temporal@v1.5.1`. */
  readonly source: string;
  /** Path of the program. Go names it after the last folder of the source, and so must this. */
  readonly target: string;
  /** Folder for the unfinished build, on the file system of `target`. */
  readonly cache: string;
  /** Called every 30 s with a line about the build. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Builds a program with `go install`. @throws {Error} with the last lines of `go`'s stderr. */
export async function buildWithGo(options: GoBuildOptions): Promise<void> {
  const { cache, target, name, log } = options;
  const folder = join(cache, `build-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const startedMs = Date.now();
  const ticker = setInterval(
    () => log(`${name}: still building (${Math.round((Date.now() - startedMs) / 1000)} s) …`),
    reportEveryMs,
  );
  try {
    await goInstall(options, folder);
    await rename(join(folder, basename(target)), target);
  } finally {
    clearInterval(ticker);
    await rm(folder, { recursive: true, force: true });
  }
}

async function goInstall({ go, source, signal }: GoBuildOptions, folder: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(go, ['install', source], {
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
