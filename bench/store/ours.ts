import { link } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openStore } from '../../activities/artifacts/open-store.js';
import { artifactKey } from '../../activities/artifacts/store.js';

// Puts a file into the store of the environment, or brings it: `ours.js put|bring PLACE FILE`. Prints how busy
// the main thread was.
const [action, place = '', file = ''] = process.argv.slice(2);
const store = await openStore(place);
const ref = { kind: 'piece', key: artifactKey('piece', 0, 'bench') } as const;
const before = performance.eventLoopUtilization();
if (action === 'put') await store.put(ref, async (dir) => await link(file, join(dir, 'file')));
else
  await store.bring([{ artifact: await store.get(ref), file: 'file' }], async ([path = '']) => {
    await link(path, file);
  });
const { utilization } = performance.eventLoopUtilization(before);
process.stdout.write(`main thread ${(utilization * 100).toFixed(0)} % busy\n`);
