import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** File name of a program on this platform. */
export function executableName(program: string): string {
  return process.platform === 'win32' ? `${program}.exe` : program;
}

/** Path of a program in a folder of PATH; `undefined` where no folder has it. */
export async function findOnPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, executableName(program));
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile() === true) return candidate;
  }
  return undefined;
}

/** Whether the program exists and `--version` succeeds. */
export async function canRun(path: string): Promise<boolean> {
  return await promisify(execFile)(path, ['--version'], { timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}
