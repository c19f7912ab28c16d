import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { packagePath } from '../../files/package-path.js';
import { historiesOf } from './histories-of.js';
import { bucketEnvironment, canHide, startMachine } from './machines.js';
import type { Machine } from './machines.js';
import { s3Server } from './s3.js';
import type { TestS3 } from './s3.js';
import type { Servers } from './servers.js';
import { runToItsEnd } from './whole-run.js';
import type { Left } from './whole-run.js';

/** Starts machines, each in a folder that the others do not see, as they see no source and no result. */
export async function startMachines(
  t: TestContext,
  servers: Servers,
  s3: TestS3,
  { name, count }: { readonly name: string; readonly count: number },
): Promise<{ readonly machines: readonly Machine[]; readonly hidden: readonly (readonly string[])[] }> {
  const folders = Array.from({ length: count }, (_, index) => join(servers.folder, `${name}-${index}`));
  const results = join(servers.folder, name);
  for (const folder of [...folders, results]) await mkdir(folder, { recursive: true });
  const common = [results, dirname(s3.bucketDir), packagePath('dev/corpora/data/local')];
  const hidden = folders.map((own) => [...common, ...folders.filter((folder) => folder !== own)]);
  const machines = await Promise.all(
    folders.map((folder, index) => startMachine(servers, s3, { folder, hidden: hidden[index] ?? [] })),
  );
  t.after(() => Promise.all(machines.map(({ worker }) => worker.close())));
  return { machines, hidden };
}

export const requestsOf = (s3: TestS3): number =>
  Object.values(s3.proxy.counts()).reduce((sum, { requests }) => sum + requests, 0);

/**
 * Does a run on so many machines, each in a mount namespace of its own where that is allowed, and asserts
 * that it leaves what the run on a disk has left, and that the work was spread.
 *
 * @returns the requests to the bucket.
 */
export async function expectEqualOn(
  t: TestContext,
  servers: Servers,
  count: number,
  onDisk: Left,
): Promise<number> {
  const s3 = await s3Server(t);
  const name = `machines-${count}`;
  const { machines, hidden } = await startMachines(t, servers, s3, { name, count });
  if (await canHide())
    for (const [index, { worker }] of machines.entries())
      for (const folder of hidden[index] ?? [])
        assert.deepEqual(
          await readdir(`/proc/${worker.process.pid}/root${folder}`),
          [],
          `${folder} is hidden`,
        );
  else t.diagnostic('Mount namespaces are not allowed here: the machines see the folders of each other.');
  const left = await runToItsEnd(name, join(servers.folder, name), bucketEnvironment(servers, s3));
  assert.deepEqual(left, onDisk);
  const workers = new Set((await historiesOf(servers, name)).flatMap((history) => history.workers));
  t.diagnostic(`${workers.size} of ${count} machines had work; ${requestsOf(s3)} requests`);
  assert.ok(workers.size >= Math.min(count, 2), `work was done by ${[...workers].join(', ')}`);
  return requestsOf(s3);
}
