// Compiles the JSON kernel to WebAssembly and writes it, as base64, into json-kernel-wasm.ts, which is
// checked in.
//
//   node scripts/build-wasm.mjs           writes the file
//   node scripts/build-wasm.mjs --check   compiles, and fails where the file holds other bytes
//
// The compiler has 100 MB and nothing else needs it, so `npm ci` does not bring it: it is installed into a
// cache folder, in the version of the lock file beside the source.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { root, run } from './run.mjs';

const folder = 'activities/convert/json-bytes';
const source = `${folder}/assembly`;
const written = `${root}${folder}/json-kernel-wasm.ts`;
const cache = 'node_modules/.cache/headrace-wasm';
const compiler = `${cache}/node_modules/assemblyscript/bin/asc.js`;

installCompiler();
const text = moduleText(compile());
if (!process.argv.includes('--check')) writeFileSync(written, text);
else if (readFileSync(written, 'utf8') !== text) {
  process.stderr.write(`${written} is not what ${source} compiles to: run \`npm run wasm\`.\n`);
  process.exitCode = 1;
}

function installCompiler() {
  const lock = readFileSync(`${root}${source}/package-lock.json`);
  const isThere =
    existsSync(`${root}${compiler}`) && lock.equals(readFileSync(`${root}${cache}/package-lock.json`));
  if (isThere) return;
  mkdirSync(`${root}${cache}`, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(`${root}${source}/${name}`, `${root}${cache}/${name}`);
  run('npm', ['ci', '--prefix', cache, '--no-audit', '--no-fund']);
}

/** The bytes of the module: with vectors, without a runtime of the language, with an imported memory. */
function compile() {
  const module = `${cache}/json-kernel.wasm`;
  const options = '-O3 --enable simd --runtime stub --noAssert --importMemory --noExportMemory'.split(' ');
  run(process.execPath, [compiler, `${source}/json-kernel.ts`, ...options, '--outFile', module]);
  return readFileSync(`${root}${module}`);
}

/** @param {Buffer} module */
function moduleText(module) {
  return `/** The module of \`assembly/json-kernel.ts\`, in base64. \`npm run wasm\` writes this file. */
export const jsonKernelWasm =
  '${module.toString('base64')}';
`;
}
