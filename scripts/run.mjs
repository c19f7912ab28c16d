import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a separator at its end. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * Runs a program in the root of the repository, on this terminal, and ends this process with the program's
 * exit code where that is not 0.
 *
 * @param {string} command - looked up on PATH, tools of `node_modules` first.
 * @param {readonly string[]} args
 */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env['PATH'] ?? ''}` },
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Whether this module is the program that Node was started with.
 *
 * @param {string} url - `import.meta.url` of the calling module.
 */
export function isProgram(url) {
  return process.argv[1] === fileURLToPath(url);
}
