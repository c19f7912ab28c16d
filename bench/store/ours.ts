import { link, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openStore } from '../../activities/artifacts/open-store.js';
import { artifactKey } from '../../activities/artifacts/store.js';

// Puts the files of a folder into a store, or brings them to one: `ours.js put|bring PLACE FOLDER`. Prints
// how busy the main thread was.
const [action, place = '', folder = ''] = process.argv.slice(2);
const store = await openStore(place);
const ref = { kind: 'piece', key: artifactKey('piece', 0, 'bench') } as const;
const before = performance.eventLoopUtilization();
if (action === 'put')
  await store.put(ref, async (dir) => {
    for (const name of await readdir(folder)) await link(join(folder, name), join(dir, name));
  });
else {
  const artifact = await store.get(ref);
  const names = Object.keys(artifact.files);
  const wanted = names.map((file) => ({ artifact, file }));
  await mkdir(folder);
  await store.bring(wanted, async (paths) => {
    for (const [index, path] of paths.entries()) await link(path, join(folder, names[index] ?? ''));
  });
}
const { utilization } = performance.eventLoopUtilization(before);
process.stdout.write(`main thread ${(utilization * 100).toFixed(0)} % busy\n`);
