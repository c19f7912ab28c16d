// Compiles the JSON kernel to WebAssembly and writes it, as base64, into json-kernel-wasm.ts, which is checked in.
//
//   node scripts/build-wasm.mjs           writes the file
//   node scripts/build-wasm.mjs --check   compiles, and fails where the file holds other bytes
//
// The compiler has 100 MB and nothing else needs it, so `npm ci` does not bring it: it is installed beside the source that it compiles,
// in the version of the lock file there.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { root, run } from './run.mjs';

const folder = 'activities/convert/json-bytes';
const source = `${folder}/assembly`;
const written = `${root}${folder}/json-kernel-wasm.ts`;

installCompiler();
const text = moduleText(compile());
if (!process.argv.includes('--check')) writeFileSync(written, text);
else if (readFileSync(written, 'utf8') !== text) {
  process.stderr.write(`${written} is not what ${source} compiles to: run \`npm run wasm\`.\n`);
  process.exitCode = 1;
}

function installCompiler() {
  if (changedMs('node_modules/.package-lock.json') >= changedMs('package-lock.json')) return;
  run('npm', ['ci', '--prefix', source, '--no-audit', '--no-fund']);
}

/**
 * 0 where there is no such file.
 *
 * @param {string} name
 */
function changedMs(name) {
  return statSync(`${root}${source}/${name}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The bytes of the module: with vectors, without a runtime of the language, with an imported memory. */
function compile() {
  const module = `${source}/node_modules/json-kernel.wasm`;
  const options = '-O3 --enable simd --runtime stub --noAssert --importMemory --noExportMemory'.split(' ');
  const compiler = `${source}/node_modules/assemblyscript/bin/asc.js`;
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
