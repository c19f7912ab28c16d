// Installs the dependencies where package-lock.json is newer than node_modules. Imports nothing from
// node_modules.
import { statSync } from 'node:fs';
import { isProgram, root, run } from './run.mjs';

/** Runs `npm ci` where it is due. */
export function ready() {
  if (changedMs('node_modules/.package-lock.json') >= changedMs('package-lock.json')) return;
  process.stderr.write('Installing the dependencies (npm ci), once: about half a minute …\n');
  run('npm', ['ci', '--no-audit', '--no-fund']);
}

/** @param {string} path */
function changedMs(path) {
  return statSync(`${root}${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (isProgram(import.meta.url)) ready();
