import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/activity';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { readHubConfig } from '../../../activities/hub/http/hub-config.js';
import { createActivities } from '../../../activities/index.js';
import { HeadraceError } from '../../../core/errors.js';
import { sourceOf } from '../../support/hub.js';
import { temporaryFolder } from '../../support/folder.js';

const token = 'hf_from_a_file_only';

void test('a token that is in a file only is kept out of the failure that Temporal keeps, even where the Hub repeats it', async (t) => {
  const dir = await temporaryFolder(t);
  await mkdir(join(dir, 'hf'));
  await writeFile(join(dir, 'hf', 'token'), `${token}\n`);
  let repeated = 0;
  const server = createServer((request, response) => {
    const { authorization = '' } = request.headers;
    if (authorization.includes(token)) repeated += 1;
    response.writeHead(403, { 'x-error-message': `no entry with ${authorization}` }).end(authorization);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const env = {
    HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    HF_HOME: join(dir, 'hf'),
  };
  const store = await openStore(join(dir, 'store'));
  const wired = createActivities({ store, env, onWarning: () => undefined });
  t.after(() => wired.close());
  const resolveSource: typeof wired.activities.resolveSource = (input) =>
    wired.activities.resolveSource(input);
  const input = { source: sourceOf({ dataset: 'o/n' }), out: join(dir, 'out') };
  const failure: unknown = await new MockActivityEnvironment().run(resolveSource, input).then(
    () => assert.fail('it should have failed'),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof ApplicationFailure);
  assert.ok(repeated > 0, 'the Hub has seen the token');
  assert.match(failure.message, /no entry with Bearer \*\*\*/);
  assert.ok(!JSON.stringify([failure.message, failure.details, failure.stack]).includes(token));
});

void test('a password in HF_ENDPOINT is refused and not repeated', async () => {
  await assert.rejects(readHubConfig({ HF_ENDPOINT: 'https://me:planted-password@hub.example' }), (error) => {
    assert.ok(error instanceof HeadraceError && error.type === 'RecipeError');
    assert.ok(!`${error.message} ${error.remedy}`.includes('planted'));
    return true;
  });
});
