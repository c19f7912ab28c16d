import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readResolution } from '../../../activities/hub/resolve/resolution.js';
import { HeadraceError, type ErrorType } from '../../../core/errors.js';
import { sourcePath } from '../../support/source-path.js';
import { downloadAll, resolve, sourceOf, startFixture, type Fixture } from '../../support/hub.js';

/** Answers of a Hub are not trusted: every false one ends soon, with an error that names it. */

const oid = 'b'.repeat(40);
const info = {
  _id: '1',
  id: 'o/n',
  sha: 'a'.repeat(40),
  private: false,
  gated: false,
  lastModified: '2026-01-01T00:00:00Z',
};

type Answer = (request: IncomingMessage, response: ServerResponse, url: string) => void;

/** A server that has the dataset o/n and answers the request for its files with `tree`. */
async function liar(t: TestContext, tree: Answer): Promise<string> {
  let url = '';
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url?.includes('/tree/') === true) tree(request, response, url);
    else response.end(JSON.stringify(info));
  });
  url = await listening(t, server);
  return url;
}

/** The URL of a server that ends with the test. */
async function listening(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function lieIs(t: TestContext, tree: Answer, type: ErrorType, message: RegExp): Promise<Fixture> {
  const fixture = await startFixture(t, {});
  const env = { HF_ENDPOINT: await liar(t, tree) };
  const activities = fixture.activities(env, { tries: 2 });
  const input = { source: sourceOf({ dataset: 'o/n' }), out: fixture.out };
  await assert.rejects(activities.resolveSource(input, fixture.work), (error) => {
    assert.ok(error instanceof HeadraceError, String(error));
    assert.equal(error.type, type, error.message);
    assert.match(error.message, message);
    return true;
  });
  return fixture;
}

const listing =
  (...entries: readonly object[]): Answer =>
  (_request, response) =>
    void response.end(JSON.stringify(entries));
const file = (path: string, more: object = {}): object => ({ type: 'file', path, size: 3, oid, ...more });

void test('a listing whose pages lead to each other ends', async (t) => {
  let pages = 0;
  const answer: Answer = (_request, response, url) => {
    pages += 1;
    response.setHeader('link', `<${url}/api/datasets/o/n/tree/main?cursor=${pages % 2}>; rel="next"`);
    response.end(JSON.stringify([file(`data/${pages}.jsonl`)]));
  };
  await lieIs(t, answer, 'HubAnswerError', /leads back to a page that was read \(3 pages\)/);
});

void test('a mirror whose next page is named at the origin of the Hub is asked for it itself', async (t) => {
  const names = ['a', 'b', 'c', 'd'].map((name) => `datasets/o/n/data/${name}.jsonl`);
  const files = Object.fromEntries(names.map((name) => [name, '{"messages":[]}\n']));
  const fixture = await startFixture(t, files, { pageSize: 2 });
  let requests = 0;
  const handOn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const range = request.headers.range;
    const answer = await fetch(`${fixture.hub.url}${request.url ?? ''}`, {
      redirect: 'manual',
      ...(range === undefined ? {} : { headers: { range } }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const headers = Object.fromEntries(answer.headers);
    delete headers['transfer-encoding'];
    response.writeHead(answer.status, headers);
    response.end(bytes);
  };
  const endpoint = await listening(
    t,
    createServer((...exchange) => void handOn(...exchange)),
  );
  const env = { HF_ENDPOINT: endpoint };
  const { resolution } = await resolve(fixture, { dataset: 'o/n' }, env);
  assert.equal((await readResolution(fixture.store, resolution)).files.length, 4);
  const { hub } = fixture.hub.stats().requests;
  assert.deepEqual([hub, requests > 2], [requests, true]);
});

void test('an answer without an end is cut, packed or not', async (t) => {
  const block = Buffer.alloc(1 << 20, ' ');
  const endless: Answer = (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(block));
    };
    response.on('drain', more);
    more();
  };
  await lieIs(t, endless, 'HubAnswerError', /answers with more than 64\.0 MB/);
  const bomb = gzipSync(Buffer.alloc(80_000_000, ' '));
  const packed: Answer = (_request, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(bomb);
  };
  await lieIs(t, packed, 'HubAnswerError', /answers with more than 64\.0 MB/);
});

void test('an answer that is longer or shorter than its Content-Length is no listing', async (t) => {
  const text = JSON.stringify([file('a.jsonl')]);
  const lengthened: Answer = (_request, response) => {
    response.setHeader('content-length', text.length + 10);
    response.write(text, () => response.destroy());
  };
  await lieIs(t, lengthened, 'HubUnavailableError', /2 tries/);
  const shortened: Answer = (_request, response) => {
    response.setHeader('content-length', text.length - 10);
    response.end(text);
  };
  await lieIs(t, shortened, 'HubAnswerError', /does not answer as a Hub/);
});

void test('an answer that is no listing is an error', async (t) => {
  const page: Answer = (_request, response) => void response.end('<html>Sign in to the Wi-Fi</html>');
  await lieIs(t, page, 'HubAnswerError', /does not answer as a Hub to a request for the dataset o\/n/);
  await lieIs(t, listing(file('a.jsonl', { size: -1 })), 'HubAnswerError', /size/);
});

void test('one name that this system cannot hold refuses that file alone', async (t) => {
  const long = `data/train-${'x'.repeat(300)}.jsonl`;
  await lieIs(
    t,
    listing(file(long)),
    'HubFileNotFoundError',
    /cannot be stored here: .* more than 255 bytes/,
  );
  const fixture = await startFixture(t, {
    'datasets/o/n/train.jsonl': '{"messages":[]}\n',
    'datasets/o/n/con/x.txt': 'x',
    'datasets/o/n/scripts/aux.py': 'x',
  });
  assert.equal((await resolve(fixture, { dataset: 'o/n' })).files, 1);
});

void test('paths that leave their folder are refused', async (t) => {
  const paths = ['../../../evil.jsonl', '/etc/evil.jsonl', 'a\\..\\evil.jsonl', 'a\u0000.jsonl'];
  for (const path of paths) {
    const fixture = await lieIs(
      t,
      listing(file(path)),
      'HubFileNotFoundError',
      /outside the repository or not valid/,
    );
    assert.deepEqual(await readdir(join(fixture.store.place, 'hub')).catch(() => []), []);
  }
});

void test('a hash that would be a path, and a file that is a folder, too, are refused', async (t) => {
  const lfs = { oid: '../../../../../evil', size: 3 };
  await lieIs(t, listing(file('a.parquet', { lfs })), 'HubAnswerError', /no SHA-256/);
  await lieIs(t, listing(file('a.parquet', { oid: '../evil' })), 'HubAnswerError', /no git blob id/);
  await lieIs(
    t,
    listing(file('a'), file('a/b.jsonl')),
    'HubAnswerError',
    /"a" twice, or as a file and a folder/,
  );
});

void test('a link in the place of a part or of a folder is not followed', async (t) => {
  // Smaller files have no part.
  const large = '{"messages":[]}\n'.repeat(20_000);
  const fixture = await startFixture(t, { 'datasets/o/n/data/train.jsonl': large });
  const found = await resolve(fixture, { dataset: 'o/n' });
  const { meta, files } = await readResolution(fixture.store, found.resolution);
  const [only] = files;
  assert.ok(only !== undefined && meta.kind === 'hub');
  const path = await sourcePath(fixture.store, meta, only);
  const outside = join(fixture.dir, 'outside');
  await mkdir(outside);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(join(outside, 'precious'), 'precious');
  await symlink(join(outside, 'precious'), `${path}.part`);
  const isRefused = (message: RegExp) => (error: unknown) =>
    error instanceof HeadraceError && error.type === 'ArtifactCorruptError' && message.test(error.message);
  await assert.rejects(downloadAll(fixture, fixture.activities(), found), isRefused(/\.part is a link/));

  const other = await startFixture(t, { 'datasets/o/n/data/train.jsonl': large });
  const again = await resolve(other, { dataset: 'o/n' });
  const snapshot = join(other.store.place, 'hub', 'datasets--o--n', 'snapshots', meta.commitSha);
  await mkdir(snapshot, { recursive: true });
  await symlink(outside, join(snapshot, 'data'));
  await assert.rejects(downloadAll(other, other.activities(), again), isRefused(/leads out of the store/));
  assert.deepEqual(await readdir(outside), ['precious']);
});
