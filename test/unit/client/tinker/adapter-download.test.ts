import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { downloadAdapter } from '../../../../client/tinker/adapter-folder.js';
import { connectTinker } from '../../../../tinker/index.js';
import {
  archiveServer,
  safetensorsHead,
  tarEnd,
  tarFile,
  tarHeader,
  tarPadding,
} from '../../../support/adapter-archive.js';
import { fakeClock } from '../../tinker/fake-clock.js';
import { temporaryFolder } from '../../../support/folder.js';

/** An adapter of any size comes whole or not at all. */

const child = fileURLToPath(new URL('./download-child.js', import.meta.url));
const config = Buffer.from('{"peft_type":"LORA"}');
const mebibyte = 1 << 20;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(send: (response: ServerResponse) => void): Promise<string> {
  const server = createServer(archiveServer(send));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An archive of an adapter whose one tensor has so many mebibytes, all alike; made as it is sent. */
function* archiveOf(mebibytes: number, part: Buffer): Generator<Buffer> {
  yield tarFile('adapter_config.json', config);
  const head = safetensorsHead(mebibytes * mebibyte);
  const size = head.length + mebibytes * mebibyte;
  yield Buffer.concat([tarHeader('adapter_model.safetensors', size), head]);
  for (let at = 0; at < mebibytes; at += 1) yield part;
  yield Buffer.concat([tarPadding(size), tarEnd]);
}

function digestOf(mebibytes: number, part: Buffer): string {
  const hash = createHash('sha256').update(safetensorsHead(mebibytes * mebibyte));
  for (let at = 0; at < mebibytes; at += 1) hash.update(part);
  return hash.digest('hex');
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

const adapterFiles = ['adapter_config.json', 'adapter_model.safetensors'];

void test('an adapter of a third of a gigabyte is fetched in a fraction of that memory', async () => {
  const mebibytes = 320;
  const part = randomBytes(mebibyte);
  const url = await serve((response) => void Readable.from(archiveOf(mebibytes, part)).pipe(response));
  const folder = await temporaryFolder();
  const { stdout } = await promisify(execFile)(process.execPath, [child, url, folder]);
  const { before, after } = JSON.parse(stdout) as { before: number; after: number };
  assert.ok(after - before < 100 * mebibyte, `${before} bytes before, ${after} after`);
  assert.deepEqual((await readdir(folder)).sort(), adapterFiles);
  assert.equal(await digestOfFile(join(folder, 'adapter_model.safetensors')), digestOf(mebibytes, part));
});

void test('kill -9 while an adapter is fetched or unpacked leaves nothing that looks like one, and the next fetch is whole', async () => {
  const mebibytes = 96;
  const part = randomBytes(mebibyte);
  let holdAfter = 24;
  const url = await serve((response) => {
    const parts = archiveOf(mebibytes, part);
    void Readable.from(
      (async function* () {
        for (const [sent, each] of [...parts].entries()) {
          if (sent === holdAfter) await new Promise((resolve) => response.once('close', resolve));
          yield each;
        }
      })(),
    ).pipe(response);
  });
  const folder = await temporaryFolder();
  /** `gone` where the path no longer exists. */
  const unlessGone = async <T>(look: Promise<T>, gone: T): Promise<T> =>
    await look.catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return gone;
      throw error;
    });
  const kill = async (isTime: (aside: readonly string[]) => Promise<boolean>): Promise<void> => {
    // One that was done before its moment was seen is fetched again.
    for (let attempt = 1; ; attempt += 1) {
      const running = spawn(process.execPath, [child, url, folder], { stdio: 'ignore' });
      const over = new Promise((resolve) => running.once('exit', (code, signal) => resolve(code ?? signal)));
      const aside = async (): Promise<string[]> => {
        const found = await unlessGone(readdir(folder, { recursive: true }), []);
        return found.filter((name) => name.includes(`-${running.pid}-`)).map((name) => join(folder, name));
      };
      while (running.exitCode === null && !(await isTime(await aside()))) await sleep(1);
      running.kill('SIGKILL');
      if ((await over) === 'SIGKILL') break;
      assert.ok(attempt < 20, 'it was always done before it could be killed');
      for (const name of adapterFiles) await rm(join(folder, name));
    }
    const visible = (await readdir(folder)).filter((name) => !name.startsWith('.'));
    assert.ok(!visible.includes('adapter_config.json'), visible.join());
  };
  const holds = async (paths: readonly string[], end: string, atLeast: number): Promise<boolean> => {
    const path = paths.find((each) => each.endsWith(end));
    if (path === undefined) return false;
    const size = await unlessGone(
      stat(path).then((found) => found.size),
      -1,
    );
    return size >= atLeast;
  };
  await kill((aside) => holds(aside, 'archive', 20 * mebibyte));
  holdAfter = Number.POSITIVE_INFINITY;
  await kill((aside) => holds(aside, 'adapter_model.safetensors', mebibyte));
  await kill((aside) => holds(aside, 'adapter_model.safetensors', 80 * mebibyte));

  // What was there before is replaced whole.
  await writeFile(join(folder, 'adapter_config.json'), '{"old":true}');
  await writeFile(join(folder, 'note.txt'), 'mine');
  const tinker = await connectTinker({ baseUrl: url, apiKey: 'tml-x', env: {} });
  await downloadAdapter(tinker, 'tinker://run/weights/a', folder);
  assert.deepEqual((await readdir(folder)).sort(), [...adapterFiles, 'note.txt']);
  assert.deepEqual(await readFile(join(folder, 'adapter_config.json')), config);
  assert.equal(await digestOfFile(join(folder, 'adapter_model.safetensors')), digestOf(mebibytes, part));
});

void test('a download whose connection breaks begins again; an abort ends it and leaves nothing', async () => {
  const part = randomBytes(mebibyte);
  let breaks = 2;
  const url = await serve((response) => {
    const parts = [...archiveOf(2, part)];
    response.writeHead(200, { 'content-length': parts.reduce((sum, each) => sum + each.length, 0) });
    if ((breaks -= 1) >= 0) response.write(parts[0], () => response.destroy());
    else response.end(Buffer.concat(parts));
  });
  const folder = await temporaryFolder();
  const tinker = await connectTinker({
    baseUrl: url,
    apiKey: 'tml-x',
    env: {},
    clock: fakeClock(),
  });
  await downloadAdapter(tinker, 'tinker://run/weights/a', join(folder, 'first'));
  assert.equal(await digestOfFile(join(folder, 'first', 'adapter_model.safetensors')), digestOf(2, part));
  breaks = Number.POSITIVE_INFINITY;
  await assert.rejects(downloadAdapter(tinker, 'tinker://run/weights/a', join(folder, 'second')), {
    kind: 'unavailable',
  });

  const abort = new AbortController();
  const held = await serve((response) => {
    response.write('x', () => abort.abort(new Error('enough')));
  });
  const slow = await connectTinker({ baseUrl: held, apiKey: 'tml-x', env: {} });
  await assert.rejects(downloadAdapter(slow, 'tinker://run/weights/a', join(folder, 'third'), abort.signal), {
    message: 'enough',
  });
  assert.deepEqual(await readdir(folder), ['first']);
});
