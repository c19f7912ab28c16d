import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Runs a compiled module in a process that may have 256 files open, and returns what it prints.
 *
 * @throws {Error} with its output, where it ends with an error.
 */
export async function withFewFiles(module: URL, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'ulimit -n 256 && exec "$@"',
    'sh',
    process.execPath,
    module.pathname,
    ...args,
  ]);
  return stdout.trim();
}
