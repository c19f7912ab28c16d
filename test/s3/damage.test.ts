import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { assertOutput, headrace } from '../support/command.js';
import { writeConversations } from '../support/conversations.js';
import { bucketEnvironment, startMachine } from '../support/machines.js';
import { writeRecipe } from '../support/recipes.js';
import { s3Server } from '../support/s3.js';
import { environmentOf, startWorker, useServers } from '../support/servers.js';
import { sha256 } from '../support/sha256.js';

const servers = useServers({
  hubRoot: async (folder) => {
    const file = 'hub/datasets/owner/large/data/train-00000-of-00001.jsonl';
    await writeConversations(join(folder, file), 60_000, 1);
    await writeConversations(join(folder, 'local.jsonl'), 3_000, 2);
    return join(folder, 'hub');
  },
});

const yaml = (out: string, heldoutRows: number): string => `
name: damage
out: ${out}
sources:
  - { name: hub, dataset: owner/large }
  - { name: local, files: local.jsonl }
heldout: { fraction: 0.01, rows: ${heldoutRows} }
`;

const results = ['train.jsonl', 'heldout.jsonl', 'rejects.jsonl', 'manifest.json'];
const digestsIn = (out: string): Promise<string[]> =>
  Promise.all(results.map((name) => sha256(join(out, name))));

/** The largest object below a folder of the bucket. */
async function largestIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return await largestOf(files);
}

async function largestOf(files: readonly string[]): Promise<string> {
  const sized = await Promise.all(files.map(async (path) => ({ path, size: (await stat(path)).size })));
  const [largest] = sized.sort((a, b) => b.size - a.size);
  assert.ok(largest, 'there are files');
  return largest.path;
}

/** The largest object of the artifacts that are there: not of writers whose manifest was replaced. */
async function largestPiece(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const found = names.filter((name) => name.endsWith('manifest.json')).map((name) => join(folder, name));
  const objects = await Promise.all(
    found.map(async (path) => {
      const { writer } = Written.parse(JSON.parse(await readFile(path, 'utf8')));
      const own = join(dirname(path), writer);
      return await stat(own).then(
        () => largestIn(own),
        () => undefined,
      );
    }),
  );
  return await largestOf(objects.filter((path) => path !== undefined));
}

const Written = z.object({ writer: z.string() });
const Verified = z.object({ damaged: z.array(z.object({ path: z.string() })) });

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(path, bytes);
}

/** What happens to objects while nothing runs. */
const damages = [
  { name: 'a flipped bit', do: flip },
  { name: 'a cut object', do: async (path: string) => truncate(path, (await stat(path)).size >> 1) },
  { name: 'a deleted object', do: (path: string) => rm(path) },
] as const;

void test('a flipped bit, a cut and a deleted object are found, named, and made or fetched again', async (t) => {
  const { folder } = servers();
  const s3 = await s3Server(t);
  const env = bucketEnvironment(servers(), s3);
  const command = (...args: string[]) => headrace(args, env, folder);

  const out = join(folder, 'out');
  const first = await startMachine(servers(), s3, { folder: join(folder, 'first') });
  const begin = await writeRecipe(folder, yaml(out, 10));
  assertOutput(await command('start', begin, '--wait'), 0);
  await first.worker.close();

  for (const [index, { name, do: damage }] of damages.entries()) {
    // Another mix of the same pieces, which a machine with an empty disk reads.
    const recipe = await writeRecipe(folder, yaml(out, 11 + index));
    const piece = await largestPiece(join(s3.bucketDir, 'store/artifacts/piece'));
    const chunk = await largestIn(join(s3.bucketDir, 'store/blobs'));
    await damage(piece);
    await damage(chunk);
    const keyOf = (path: string): string => path.slice(s3.bucketDir.length + 1);
    const [, , , , pieceKey = ''] = keyOf(piece).split('/');
    const [, , , oid = ''] = keyOf(chunk).split('/');

    const verified = await command('cache', 'verify', '--json');
    const { damaged } = Verified.parse(JSON.parse(verified.stdout));
    for (const id of [pieceKey, oid])
      assert.ok(
        damaged.some(({ path }) => path.includes(id)),
        `${id} is damaged by ${name}: ${verified.stdout}`,
      );
    assert.equal(damaged.length, 2);

    const machine = await startMachine(servers(), s3, { folder: join(folder, `machine-${index}`) });
    // The piece is read first; what it is made of only when it is made again.
    let result = await command('start', recipe, '--wait');
    const found: string[] = [];
    while (result.code === 3 && found.length < 2) {
      assertOutput(result, 3, /Artifact(Corrupt|Missing)Error/, /[Ss]tart the run again/);
      const text = `${result.stdout}\n${result.stderr}`;
      found.push(text.includes(keyOf(piece)) ? 'piece' : text.includes(keyOf(chunk)) ? 'chunk' : text);
      assertOutput(await command('cancel', 'damage', '--wait'), 0);
      result = await command('start', recipe, '--wait');
    }
    assertOutput(result, 0);
    assert.deepEqual(found, ['piece', 'chunk'], `${name} is found, each once`);
    await machine.worker.close();
  }
  assertOutput(await command('cache', 'verify'), 0);

  const store = join(folder, 'store');
  const onDisk = join(folder, 'on-disk');
  const worker = await startWorker(servers(), store);
  const again = await writeRecipe(folder, yaml(onDisk, 10 + damages.length).replace('damage', 'on-disk'));
  assertOutput(await headrace(['start', again, '--wait'], environmentOf(servers(), store), folder), 0);
  await worker.close();
  assert.deepEqual(await digestsIn(out), await digestsIn(onDisk));
});
