// Runs one of the benchmarks from dist/: npm run bench -- mix --scale 1
import { readdirSync } from 'node:fs';
import { root, run } from './run.mjs';

const names = readdirSync(`${root}bench`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const [name = '', ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  process.stderr.write(`Usage: npm run bench -- ${names.join('|')} [options]\n`);
  process.exit(2);
}
run(process.execPath, [`dist/bench/${name}/main.js`, ...args]);
