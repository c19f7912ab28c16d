import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downloadLabel } from '../../../../core/hub/download-label.js';

void test('files of a dataset have a readable label', () => {
  const files = [
    { path: 'data/train-00002-of-00006-0123456789abcdef.parquet', sizeBytes: 249_123_456 },
    { path: 'data/train-00003-of-00006-0123456789abcdef.parquet', sizeBytes: 1_000_000 },
  ];
  assert.equal(
    downloadLabel('lmsys/lmsys-chat-1m', files.slice(0, 1)),
    'lmsys-chat-1m train-00002-of-00006 (249 MB)',
  );
  assert.equal(
    downloadLabel('lmsys/lmsys-chat-1m', files),
    'lmsys-chat-1m 2 files from train-00002-of-00006 (250 MB)',
  );
});
