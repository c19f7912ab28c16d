import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { defined } from '../../core/defined.js';

/** The CLI version that `go install` can build; later ones do not build that way. */
const goVersion = 'v1.5.1';
const goPackage = `github.com/temporalio/cli/cmd/temporal@${goVersion}`;
/** A machine without access to the download site must not wait long for it. */
const downloadTimeoutMs = 60_000;

export interface ResolvedTemporal {
  readonly path: string;
  /** "on PATH", "from the cache", "downloaded", "built with Go". */
  readonly how: string;
}

/** Where downloaded and built tools are kept; shared by all stores. */
function toolCache(): string {
  return join(homedir(), '.cache', 'headrace', 'bin');
}

/**
 * Finds or gets the Temporal CLI, which carries server and web UI: on PATH, in the cache, by the SDK's own
 * download, by a Go build. `say` is told each step in a line.
 *
 * @param signal - ends a build.
 * @throws {Error} saying exactly what to install; the signal's reason where it is aborted.
 */
export async function resolveTemporal(
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<ResolvedTemporal> {
  const onPath = await findOnPath('temporal');
  if (onPath !== undefined) {
    say(`Temporal CLI: ${onPath} (on PATH)`);
    return { path: onPath, how: 'on PATH' };
  }
  const cache = toolCache();
  await mkdir(cache, { recursive: true });
  const cached = join(cache, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
  if (await works(cached)) {
    say(`Temporal CLI: ${cached} (from the cache)`);
    return { path: cached, how: 'from the cache' };
  }
  const failures: string[] = [];
  say(
    'Temporal CLI: not on PATH and not in the cache; trying the download of the Temporal SDK (about 60 MB) …',
  );
  try {
    await download(cache, cached);
    say(`Temporal CLI: downloaded to ${cached}`);
    return { path: cached, how: 'downloaded' };
  } catch (error) {
    failures.push(`download: ${shortReason(error)}`);
    say(`Temporal CLI: the download did not work (${shortReason(error)})`);
  }
  const go = await findOnPath('go');
  if (go === undefined) failures.push('go: not on PATH');
  else {
    say(`Temporal CLI: building ${goVersion} with ${go}; this takes 3 to 5 minutes, once …`);
    try {
      await build(go, cache, cached, say, signal);
      say(`Temporal CLI: built, ${cached}`);
      return { path: cached, how: 'built with Go' };
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`go install: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    [
      'No Temporal server can be had on this machine:',
      ...failures.map((failure) => `  - ${failure}`),
      'Do one of these, then run the command again:',
      '  - install the Temporal CLI and put `temporal` on PATH (https://docs.temporal.io/cli)',
      '  - install Go 1.23 or newer (https://go.dev/dl); Headrace then builds the CLI itself',
      '  - set TEMPORAL_ADDRESS to a Temporal cluster that you have (not for the demo, which brings its own)',
    ].join('\n'),
  );
}

async function findOnPath(name: string): Promise<string | undefined> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, name + suffix);
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile() === true) return candidate;
  }
  return undefined;
}

async function works(path: string): Promise<boolean> {
  return await promisify(execFile)(path, ['--version'], { timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}

/** The SDK downloads the CLI into a folder when it starts a server from it; the server is ended at once. */
async function download(cache: string, target: string): Promise<void> {
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

async function build(
  go: string,
  cache: string,
  target: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const folder = join(cache, `build-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const started = Date.now();
  const ticker = setInterval(
    () => say(`Temporal CLI: still building (${Math.round((Date.now() - started) / 1000)} s) …`),
    30_000,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(go, ['install', goPackage], {
        env: { ...process.env, GOBIN: folder, GOFLAGS: '-modcacherw' },
        stdio: ['ignore', 'ignore', 'pipe'],
        ...defined({ signal }),
      });
      const tail: string[] = [];
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        tail.push(...text.split('\n').filter((line) => line !== '' && !line.startsWith('go: downloading')));
        tail.splice(0, Math.max(0, tail.length - 10));
      });
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`go install exited with ${code}: ${tail.join(' / ')}`));
      });
    });
    await rename(join(folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal'), target);
  } finally {
    clearInterval(ticker);
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

/**
 * The innermost of an error's chained causes: "…: dns error: Name or service not known" ends in what matters.
 */
function shortReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split(': ').at(-1) ?? text;
}
