import * as fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';

// Loaded before everything else, in the process and in each of its threads: SIMULATED full disk. Files whose
// path has HEADRACE_TEST_FULL_AT take HEADRACE_TEST_FULL_AFTER bytes, then every write to them fails with
// ENOSPC.
const pattern = process.env['HEADRACE_TEST_FULL_AT'] ?? '';
const room = Number(process.env['HEADRACE_TEST_FULL_AFTER'] ?? 0);
const watched = new Map<number, number>();
const full = (): never => {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    errno: -28,
    syscall: 'write',
  });
};
if (pattern !== '') {
  const real = { ...fs };
  const openSync: typeof fs.openSync = (path, ...rest) => {
    const descriptor = real.openSync(path, ...rest);
    if (String(path).includes(pattern) && rest[0] !== 'r') watched.set(descriptor, 0);
    return descriptor;
  };
  const closeSync: typeof fs.closeSync = (descriptor) => {
    watched.delete(descriptor);
    real.closeSync(descriptor);
  };
  const writeSync = (
    descriptor: number,
    bytes: Uint8Array,
    at = 0,
    _length?: number | null,
    position?: number | null,
  ): number => {
    const written = watched.get(descriptor);
    if (written !== undefined && written >= room) full();
    // A disk that fills up takes the start of a block.
    const most = written === undefined ? bytes.length : room - written;
    const made = real.writeSync(descriptor, bytes.subarray(at, at + most), 0, null, position);
    if (written !== undefined) watched.set(descriptor, written + made);
    return made;
  };
  const writevSync = (descriptor: number, parts: readonly Uint8Array[]): number =>
    writeSync(descriptor, Buffer.concat(parts));
  // As `promisify` makes it, which is what is called.
  const write = Object.assign(full, {
    [promisify.custom]: (...given: Parameters<typeof writeSync>): Promise<{ bytesWritten: number }> =>
      Promise.resolve().then(() => ({ bytesWritten: writeSync(...given) })),
  });
  const writeFileSync: typeof fs.writeFileSync = (path, data, options) => {
    if (String(path).includes(pattern)) {
      real.writeFileSync(path, Buffer.from(data as Uint8Array).subarray(0, room), options);
      full();
    }
    real.writeFileSync(path, data, options);
  };
  const changed = { openSync, closeSync, write, writeSync, writevSync, writeFileSync };
  Object.assign((await import('node:fs')).default, changed);
  syncBuiltinESMExports();
}
