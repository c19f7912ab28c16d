import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { refusalTable } from '../../../activities/hub/http/refusal-table.js';
import { HeadraceError } from '../../../core/errors.js';
import { resolve, startFixture, type Fixture } from '../../support/hub.js';

/** A refusal as a server sends it. */
interface Answer {
  readonly status: number;
  readonly code?: string | undefined;
  readonly words?: string;
  readonly body?: string;
}

/** The error of a source whose Hub gives this answer to everything. `token`: whether the worker has one. */
async function errorOf(t: TestContext, answer: Answer, token = true): Promise<HeadraceError> {
  const fixture: Fixture = await startFixture(t, {});
  const server = createServer((request, response) => {
    const whoAmI = request.url?.includes('whoami') === true;
    response.statusCode =
      whoAmI && answer.words?.startsWith('Invalid credentials') !== true ? 200 : answer.status;
    if (response.statusCode === 200) {
      response.end(JSON.stringify({ name: 'demo' }));
      return;
    }
    if (answer.code !== undefined) response.setHeader('x-error-code', answer.code);
    if (answer.words !== undefined && answer.words !== '')
      response.setHeader('x-error-message', answer.words);
    response.end(answer.body ?? '');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { HF_ENDPOINT, ...(token ? { HF_TOKEN: 'hf_demo' } : {}) };
  try {
    await resolve(fixture, { dataset: 'o/n' }, env);
  } catch (error) {
    assert.ok(error instanceof HeadraceError, String(error));
    return error;
  }
  throw new Error('The answer is no refusal');
}

for (const [index, { seen, type }] of refusalTable.entries()) {
  const [status, code, words] = seen;
  void test(`row ${index}: ${status} ${code ?? 'without a code'} "${words.slice(0, 60)}" is a ${type}`, async (t) => {
    const isAnonymous = type === 'HubTokenMissingError' || words.startsWith('Invalid username');
    const error = await errorOf(t, { status, code, words }, !isAnonymous);
    assert.equal(error.type, type, error.message);
  });
}

void test('a token that may not read gated repositories is named, with the page and the box to tick', async (t) => {
  const words =
    'Please enable access to public gated repositories in your fine-grained token settings to view this repository.';
  const error = await errorOf(t, { status: 403, code: 'GatedRepo', words });
  assert.equal(error.type, 'HubTokenScopeError');
  assert.match(error.remedy, /\/settings\/tokens: tick "Read access to contents of all public gated repos/);
  assert.doesNotMatch(`${error.message} ${error.remedy}`, /accept the terms/i);
});

void test('a 403 without a reason is said to be one, with the page to open', async (t) => {
  const error = await errorOf(t, { status: 403 });
  assert.equal(error.type, 'HubForbiddenError');
  assert.match(error.message, /answers 403 for the dataset o\/n and gives no reason$/);
  assert.match(error.remedy, /datasets\/o\/n in a browser/);
});

void test('the web page of a firewall is named by its title', async (t) => {
  const body = '<!DOCTYPE html><html><head><title>Blocked by policy</title></head><body>no</body></html>';
  const error = await errorOf(t, { status: 403, body });
  assert.match(error.message, /a web page "Blocked by policy"/);
});
