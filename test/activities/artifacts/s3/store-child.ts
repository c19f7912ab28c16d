import { openStore, storePlace } from '../../../../activities/artifacts/open-store.js';
import { sha256 } from '../../../../files/sha256.js';
import { readFile } from 'node:fs/promises';
import { bytesOf, putFiles } from '../../../support/s3-store.js';

/**
 * A process that puts an artifact into the store of its environment and brings it, for tests of what a
 * process reads when it starts: prints the SHA-256 of what came.
 */
const store = await openStore(storePlace());
const artifact = await putFiles(store, { 'a.bin': bytesOf('a', 3_000_000) });
await store.bring([{ artifact, file: 'a.bin' }], async ([path = '']) => {
  process.stdout.write(sha256(await readFile(path)).toString('hex'));
});
