import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { requireSharedTokenizer } from '../../../activities/tokenise/tokenizer/require-shared.js';
import { temporaryFolder } from '../../support/folder.js';
import { s3Server } from '../../support/s3.js';

void test('a folder is a tokenizer for the workers of one machine only', async (context) => {
  const local = await openStore(await temporaryFolder(context));
  const s3 = await s3Server(context);
  const shared = await openStore(s3.place, { env: s3.env });
  requireSharedTokenizer(local, '/models/qwen');
  requireSharedTokenizer(shared, 'Qwen/Qwen3-8B@main');
  requireSharedTokenizer(shared, undefined);
  assert.throws(() => requireSharedTokenizer(shared, '/models/qwen'), {
    type: 'TokenizerError',
    message: /the folder \/models\/qwen of one machine, which the workers of s3:/,
  });
});
