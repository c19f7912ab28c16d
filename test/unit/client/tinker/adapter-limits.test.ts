import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { downloadAdapter } from '../../../../client/tinker/adapter-folder.js';
import { archiveServer, safetensors, tarFile, tarHeader, tarOf } from '../../../support/adapter-archive.js';
import { temporaryFolder } from '../../../support/folder.js';
import { connectedTo } from '../../tinker/answering-server.js';

/** An adapter from an untrusted server is whole and stays below its folder, or is not there at all. */

void test('a file that announces more than any adapter has, or is not fetched by https, is not read', async (t) => {
  const folder = await temporaryFolder(t);
  const paths: string[] = [];
  const files = { 'adapter_model.safetensors': '/large' };
  const tinker = await connectedTo(t, (request, response) => {
    paths.push(request.url ?? '');
    const urls = Object.fromEntries(
      Object.entries(files).map(([name, path]) => [
        name,
        path.startsWith('/') ? `http://${request.headers.host}${path}` : path,
      ]),
    );
    if (request.url === '/large') {
      response.writeHead(200, { 'content-length': String(2 ** 40) });
      response.write('x');
    } else response.end(JSON.stringify({ urls }));
  });
  const path = 'tinker://run/external_weights/a';
  await assert.rejects(downloadAdapter(tinker, path, folder), { kind: 'protocol' });
  assert.ok(paths.includes('/large'));
  files['adapter_model.safetensors'] = 'file:///etc/hostname';
  await assert.rejects(downloadAdapter(tinker, path, folder), { message: /not https/ });
  assert.deepEqual(await readdir(folder), []);
});

for (const name of [
  '../outside',
  '/etc/outside',
  'a/../../outside',
  'a\\..\\outside',
  'C:outside',
  'nul.json',
  'line\nbreak',
  '.hidden',
  '',
])
  void test(`a file named ${JSON.stringify(name)} is written nowhere`, async (t) => {
    const folder = await temporaryFolder(t);
    const tinker = await connectedTo(t, (request, response) =>
      response.end(
        request.url === '/file'
          ? 'x'
          : JSON.stringify({
              urls: {
                'good.json': `http://${request.headers.host}/file`,
                [name]: `http://${request.headers.host}/file`,
              },
            }),
      ),
    );
    await assert.rejects(downloadAdapter(tinker, 'tinker://run/external_weights/a', join(folder, 'in')), {
      kind: 'protocol',
      message: /names a file that no adapter has/,
    });
    assert.deepEqual(await readdir(folder), []);
  });

const weights = safetensors(64);

/** Archives that are not those of an adapter, with the message for each. */
const archives: readonly [what: string, bytes: () => Buffer, said: RegExp][] = [
  [
    'declares that it unpacks to more than the limit',
    () => tarHeader('a.bin', 2 ** 31),
    /unpacks to more than/,
  ],
  [
    'packs attributes that are larger than the limit',
    () => gzipSync(tarHeader('a', 2 ** 31, 'x')),
    /unpacks to more than/,
  ],
  [
    'has bytes after its end',
    () => gzipSync(Buffer.concat([adapterTar(), Buffer.alloc(2 << 20)])),
    /after its end/,
  ],
  ['goes backwards', () => tarHeader('a', '-0000002000'), /cannot be read at byte 0/],
  ['holds a symbolic link', () => tarHeader('a', 0, '2'), /cannot be read at byte 0/],
  ['holds a hard link', () => tarHeader('a', 0, '1'), /cannot be read at byte 0/],
  ['has a header that was changed', () => tarHeader('a', 0).fill('b', 0, 1), /cannot be read at byte 0/],
  ['is gzip alone by its first bytes', () => Buffer.from([0x1f, 0x8b, 0, 0]), /cannot be unpacked/],
  ['is packed and damaged', () => damaged(gzipSync(adapterTar())), /cannot be unpacked/],
  ['ends in the middle of a file', () => adapterTar().subarray(0, 1600), /is cut off/],
  ['is packed and ends in the middle', () => gzipSync(adapterTar()).subarray(0, -40), /cannot be unpacked/],
  ['has no end', () => tarFile('a.bin', weights), /is cut off/],
  ['leads out of the folder', () => tarOf(['../a', weights]), /names a file that no adapter has/],
  ['holds a name twice', () => tarOf(['a', weights], ['a', weights]), /names a file that no adapter has/],
  [
    'holds a thousand and one files',
    () => tarOf(...Array.from({ length: 1001 }, (_, at): [string, Buffer] => [`f${at}`, Buffer.alloc(0)])),
    /more than 1000 files/,
  ],
  [
    'has no configuration',
    () => tarOf(['adapter_model.safetensors', weights]),
    /without adapter_config\.json/,
  ],
  ['has no weights', () => tarOf(['adapter_config.json', Buffer.from('{}')]), /without \*\.safetensors/],
  [
    'has weights that are cut off',
    () =>
      tarOf(
        ['adapter_config.json', Buffer.from('{}')],
        ['adapter_model.safetensors', weights.subarray(0, -1)],
      ),
    /adapter_model\.safetensors cannot be read/,
  ],
  [
    'has a configuration that is cut off',
    () => tarOf(['adapter_config.json', Buffer.from('{')], ['adapter_model.safetensors', weights]),
    /adapter_config\.json cannot be read/,
  ],
];
for (const [what, bytes, said] of archives)
  void test(`an archive that ${what} is refused, and nothing of it stays`, async (t) => {
    const folder = await temporaryFolder(t);
    const tinker = await connectedTo(
      t,
      archiveServer((response) => response.end(bytes())),
    );
    const into = join(folder, 'adapters', 'in');
    await assert.rejects(downloadAdapter(tinker, 'tinker://run/weights/a', into), {
      kind: 'protocol',
      message: said,
    });
    assert.deepEqual(await readdir(folder), []);
  });

for (const [what, pack] of [
  ['as it is', (tar: Buffer) => tar],
  ['packed', gzipSync],
] as const)
  void test(`an archive that is sent ${what} is unpacked, its folders and padding passed over`, async (t) => {
    const folder = await temporaryFolder(t);
    const archive = Buffer.concat([
      tarHeader('./', 0, '5'),
      tarFile('attributes', Buffer.from('30 mtime=1.5\n'), 'x'),
      adapterTar(),
      Buffer.alloc(9 * 1024),
    ]);
    const tinker = await connectedTo(
      t,
      archiveServer((response) => response.end(pack(archive))),
    );
    const { files, bytes } = await downloadAdapter(tinker, 'tinker://run/weights/a', folder);
    assert.deepEqual(files, ['adapter_config.json', 'adapter_model.safetensors']);
    assert.equal(bytes, 2 + weights.length);
    assert.deepEqual((await readdir(folder)).sort(), files);
    assert.deepEqual(await readFile(join(folder, 'adapter_model.safetensors')), weights);
  });

function adapterTar(): Buffer {
  return tarOf(['adapter_config.json', Buffer.from('{}')], ['adapter_model.safetensors', weights]);
}

function damaged(bytes: Buffer): Buffer {
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 6) ^ 1, bytes.length - 6);
  return bytes;
}
