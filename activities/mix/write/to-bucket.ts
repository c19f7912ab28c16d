import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileDigest, MixShard, Side } from '../../../core/contracts/mix.js';
import { leastPartBytes, mostHashedBytes } from '../../../core/store/object-sizes.js';
import type { JoinedPart } from '../../artifacts/s3/objects.js';
import { S3Artifact } from '../../artifacts/s3/s3-artifact.js';
import type { Artifact, ArtifactStore } from '../../artifacts/store.js';
import { rejectsName } from '../../convert/output/rejects.js';
import type { ObjectOutputs } from '../../outputs/object-outputs.js';
import { inParallel } from '../../threads/in-parallel.js';
import { manifestName } from '../format/mix-artifact.js';
import { shardName } from '../format/mix-part.js';
import type { WrittenPart } from '../format/written-parts.js';
import { sizeOf, type Mixed, type MixDigests } from './mixed.js';
import { mixRef, putMix } from './put-mix.js';

/** Bytes that are read and hashed at a time. */
const blockBytes = 256 << 10;
/** Shards that are brought ahead of the one that is hashed. */
const broughtAtOnce = 3;

/**
 * Writes the results as objects of the store: the shards of the parts are joined by the service, without
 * being read. The manifest is the last.
 */
export async function toBucket(mixed: Mixed, outputs: ObjectOutputs): Promise<Artifact> {
  const { deps, planKey, files, parts, work } = mixed;
  const { store } = deps;
  const found = await store.find(mixRef(planKey));
  const mix = found ?? (await putMix(mixed, (signal) => digestsOf(mixed, signal)));
  for (const side of ['train', 'heldout'] as const)
    for (const { name, from, to } of files[side])
      await joinShards(store, outputs, { name, side, parts: parts.slice(from, to) }, work.signal);
  const wanted = [rejectsName, manifestName].map((file) => ({ artifact: mix, file }));
  await store.bring(wanted, async ([rejects = '', manifest = '']) => {
    await outputs.copy(rejectsName, rejects);
    await outputs.copy('manifest.json', manifest);
  });
  return mix;
}

async function digestsOf(mixed: Mixed, signal: AbortSignal): Promise<MixDigests> {
  const [train, heldout] = [
    await digestsOfSide(mixed, 'train', signal),
    await digestsOfSide(mixed, 'heldout', signal),
  ];
  return {
    train: train.whole,
    heldout: heldout.whole,
    ...(mixed.hasShards ? { shards: train.shards } : {}),
  };
}

async function digestsOfSide(
  mixed: Mixed,
  side: Side,
  signal: AbortSignal,
): Promise<{ readonly whole: FileDigest; readonly shards: readonly MixShard[] }> {
  const { parts } = mixed;
  const whole = createHash('sha256');
  const isHashed = sizeOf(parts, side).bytes <= mostHashedBytes;
  const files = mixed.files[side];
  const shards: MixShard[] = [];
  for (const { name, from, to } of files) {
    const own = parts.slice(from, to);
    // Bytes of the only file are hashed once.
    const hash = files.length === 1 ? undefined : createHash('sha256');
    if (isHashed) await hashShards(mixed, side, own, [whole, ...(hash === undefined ? [] : [hash])], signal);
    if (hash !== undefined) shards.push({ name, ...digestOf(own, side, isHashed ? hash : undefined) });
  }
  const all = digestOf(parts, side, isHashed ? whole : undefined);
  return { whole: all, shards: files.length === 1 ? files.map(({ name }) => ({ name, ...all })) : shards };
}

function digestOf(parts: readonly WrittenPart[], side: Side, hash: Hash | undefined): FileDigest {
  const size = sizeOf(parts, side);
  if (hash !== undefined) return { ...size, sha256: hash.digest('hex') };
  const list = parts.map(({ meta }) => `${meta.sides[side].sha256}\n`).join('');
  return { ...size, sha256: null, parts_sha256: createHash('sha256').update(list).digest('hex') };
}

/** Hashes the shards of parts in their order. Some are brought ahead. */
async function hashShards(
  { deps, work }: Mixed,
  side: Side,
  parts: readonly WrittenPart[],
  hashes: readonly Hash[],
  stop: AbortSignal,
): Promise<void> {
  const total = sizeOf(parts, side).bytes;
  let done = 0;
  let before: Promise<void> = Promise.resolve();
  await inParallel(parts, broughtAtOnce, stop, async ({ artifact }, signal) => {
    const turn = before;
    let end = (): void => undefined;
    before = new Promise((resolve) => {
      end = resolve;
    });
    try {
      await deps.store.bring(
        [{ artifact, file: shardName(side) }],
        async ([path = '']) => {
          await turn;
          for await (const block of createReadStream(path, { signal, highWaterMark: blockBytes })) {
            for (const hash of hashes) hash.update(block as Buffer);
            done += (block as Buffer).length;
            work.progress({ stage: 'mix', label: `hash ${side}.jsonl`, done, total, unit: 'bytes' });
          }
        },
        signal,
      );
    } finally {
      end();
    }
  });
}

/** Makes one result of the shards of parts. Those too small for the service are sent together. */
async function joinShards(
  store: ArtifactStore,
  outputs: ObjectOutputs,
  {
    name,
    side,
    parts,
  }: { readonly name: string; readonly side: Side; readonly parts: readonly WrittenPart[] },
  signal: AbortSignal,
): Promise<void> {
  const scratch = await store.workplace.scratch();
  try {
    const joined: JoinedPart[] = [];
    for (const [at, group] of groupsOf(parts, side).entries()) {
      const [first, ...others] = group;
      const object = others.length === 0 ? objectOf(first, side) : undefined;
      joined.push(object ?? (await together(store, group, side, join(scratch, String(at)), signal)));
    }
    const [only, ...others] = joined;
    if (only !== undefined && 'path' in only && others.length === 0) await outputs.copy(name, only.path);
    else await outputs.join(name, joined);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Neighbouring parts that have enough bytes together; the last group may have fewer. */
function groupsOf(parts: readonly WrittenPart[], side: Side): readonly WrittenPart[][] {
  const groups: WrittenPart[][] = [];
  let bytes = Infinity;
  for (const part of parts) {
    const own = part.meta.sides[side].bytes;
    if (own === 0) continue;
    if (bytes >= leastPartBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(part);
    bytes += own;
  }
  return groups;
}

/** The object of a shard; `undefined` where it is inside a manifest. */
function objectOf(part: WrittenPart | undefined, side: Side): JoinedPart | undefined {
  if (part === undefined || !(part.artifact instanceof S3Artifact)) return undefined;
  const key = part.artifact.objectOf(shardName(side));
  return key === undefined ? undefined : { key, sizeBytes: part.meta.sides[side].bytes };
}

/** The shards of a group as one file. */
async function together(
  store: ArtifactStore,
  group: readonly WrittenPart[],
  side: Side,
  path: string,
  signal: AbortSignal,
): Promise<JoinedPart> {
  const wanted = group.map(({ artifact }) => ({ artifact, file: shardName(side) }));
  await store.bring(
    wanted,
    async (shards) => {
      for (const shard of shards)
        await pipeline(createReadStream(shard), createWriteStream(path, { flags: 'a' }), { signal });
    },
    signal,
  );
  return { path, sizeBytes: sizeOf(group, side).bytes };
}
