import { openStore } from '../../../activities/artifacts/open-store.js';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// Run by the test beside it: begins an artifact, reports this, and waits to be killed.
const store = await openStore(process.argv[2] ?? '');
await store.put({ kind: 'piece', key: 'a'.repeat(64) }, async (dir) => {
  await writeFile(join(dir, 'run-0.lines'), 'half');
  process.send?.('begun');
  await new Promise((resolve) => void setTimeout(resolve, 600_000));
});
