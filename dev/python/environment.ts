import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { processMark, processState } from '../../files/process-id.js';

const run = promisify(execFile);

/** Where the requirements files stand: `tsc` does not copy them. */
const requirementsDir = fileURLToPath(new URL('../../../dev/python/', import.meta.url));
/** Where virtual environments are kept between runs. */
const environmentsDir = join(homedir(), '.cache', 'headrace', 'python');
const interpreters = ['python3', 'python3.11', 'python3.12', 'python3.13', 'python3.14'] as const;
/** The oldest Python 3 that most of the pinned packages support. */
const oldestMinor = 11;
const installTimeoutMs = 20 * 60_000;

/** A virtual environment with pinned packages. */
export interface PythonEnvironment {
  /** The interpreter. */
  readonly python: string;
  /**
   * Console scripts; start them as `python <binDir>/<name>`, since their first lines name the folder they
   * were made in.
   */
  readonly binDir: string;
}

/**
 * The environment that `requirements-<name>.txt` beside this file describes, made where it is missing. Its
 * folder is named by a hash of the file and of the Python version, and gets that name only when it is
 * complete.
 *
 * @param minor - the oldest Python 3 that the packages support.
 * @throws {Error} without such a Python, or where pip fails.
 */
export async function pythonEnvironment(name: string, minor = oldestMinor): Promise<PythonEnvironment> {
  const requirements = join(requirementsDir, `requirements-${name}.txt`);
  const { command, version } = await findPython(minor);
  const hash = createHash('sha256')
    .update(`${version}\n`)
    .update(await readFile(requirements));
  const key = `${name}-${hash.digest('hex').slice(0, 16)}`;
  const dir = join(environmentsDir, key);
  if (!(await exists(dir))) {
    await mkdir(environmentsDir, { recursive: true });
    await removeAbandoned();
    await make(command, requirements, dir);
  }
  return { python: join(dir, 'bin', 'python'), binDir: join(dir, 'bin') };
}

async function make(command: string, requirements: string, dir: string): Promise<void> {
  const partial = `${dir}.partial-${processMark()}`;
  process.stderr.write(`Making ${dir} from ${requirements}\n`);
  await mustRun(command, ['-m', 'venv', partial]);
  // The files name every package, dependencies included.
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--no-deps'];
  await mustRun(join(partial, 'bin', 'python'), [...pip, '-r', requirements]);
  try {
    await rename(partial, dir);
  } catch (error) {
    // Another process made the same environment first.
    if (!(await exists(dir))) throw error;
    await rm(partial, { recursive: true, force: true });
  }
}

/** Removes incomplete environments whose processes have ended. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(environmentsDir)) {
    const mark = /\.partial-(.+)$/.exec(name)?.[1];
    if (mark === undefined || processState(mark) !== 'gone') continue;
    await rm(join(environmentsDir, name), { recursive: true, force: true });
  }
}

async function findPython(oldest: number): Promise<{ readonly command: string; readonly version: string }> {
  const seen: string[] = [];
  for (const command of interpreters) {
    const version = await versionOf(command);
    if (version === undefined) continue;
    seen.push(`${command} is ${version}`);
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major === 3 && minor >= oldest) return { command, version };
  }
  throw new Error(
    `Python 3.${oldest} or newer is needed; ` +
      `${seen.length === 0 ? 'none was found' : `found only: ${seen.join(', ')}`}. Install it as one of: ${interpreters.join(', ')}.`,
  );
}

/** `3.11.7`; `undefined` where the command is missing or broken, as a version manager's shim may be. */
async function versionOf(command: string): Promise<string | undefined> {
  const script = 'import platform; print(platform.python_version())';
  try {
    const { stdout } = await run(command, ['-c', script]);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

async function mustRun(command: string, args: readonly string[]): Promise<void> {
  try {
    await run(command, args, { timeout: installTimeoutMs, maxBuffer: 2 ** 26 });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).slice(-2000) : '';
    throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`, { cause: error });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
