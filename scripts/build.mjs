// Compiles to dist/ and bundles the workflows; installs the dependencies first where that is due.
import { chmodSync, rmSync } from 'node:fs';
import { ready } from './ready.mjs';
import { isProgram, root, run } from './run.mjs';

/** Builds from an empty dist/, so that no file of a deleted source is left in it. */
export function build() {
  ready();
  process.stderr.write('Building …\n');
  rmSync(`${root}dist`, { recursive: true, force: true });
  run('tsc', ['-p', '.']);
  // npm makes the command of a package executable when it installs it, but not after a build.
  chmodSync(`${root}dist/client/main.js`, 0o755);
  run(process.execPath, ['dist/worker/bundle.js']);
}

if (isProgram(import.meta.url)) build();
