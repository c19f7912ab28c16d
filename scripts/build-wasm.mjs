/**
 * Compiles activities/convert/json-bytes/assembly/json-kernel.ts to WebAssembly and writes the module as base64 into
 * activities/convert/json-bytes/json-kernel-wasm.ts, which is checked in. With `--check` it writes nothing and fails where the two differ.
 *
 * The compiler has 100 MB and only this script needs it: it is installed beside its source, in the version of the lock file there.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const jsonBytes = fileURLToPath(new URL('../activities/convert/json-bytes/', import.meta.url));
const assembly = join(jsonBytes, 'assembly');
const built = join(jsonBytes, 'json-kernel-wasm.ts');

installCompiler();
const text = moduleText(compile());
if (!process.argv.includes('--check')) writeFileSync(built, text);
else if (readFileSync(built, 'utf8') !== text) {
  console.error(`${built} is not what assembly/json-kernel.ts compiles to: run \`npm run wasm\``);
  process.exitCode = 1;
}

function installCompiler() {
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: assembly, stdio: 'inherit' });
}

/** When a file in the compiler's folder was modified; 0 for none. */
function modified(name) {
  return statSync(join(assembly, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function compile() {
  const scratch = mkdtempSync(join(tmpdir(), 'headrace-wasm-'));
  try {
    const module = join(scratch, 'json-kernel.wasm');
    const options = [
      '-O3',
      '--runtime',
      'stub',
      '--noAssert',
      '--enable',
      'simd',
      '--importMemory',
      '--noExportMemory',
    ];
    const arguments_ = [
      'node_modules/assemblyscript/bin/asc.js',
      'json-kernel.ts',
      ...options,
      '--outFile',
      module,
    ];
    execFileSync(process.execPath, arguments_, { cwd: assembly, stdio: 'inherit' });
    return readFileSync(module);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function moduleText(module) {
  return `/** The module of \`assembly/json-kernel.ts\`, in base64. \`npm run wasm\` writes this file. */
export const jsonKernelWasm =
  '${module.toString('base64')}';
`;
}
