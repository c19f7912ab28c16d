import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from '../../../files/crc32.js';
import { sha256 } from '../../../files/sha256.js';

void test('digests are those of the standards', () => {
  assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(sha256('abc').toString('hex'), abc);
  assert.equal(sha256(Buffer.from('abc')).toString('hex'), abc);
});
