import { stat } from 'node:fs/promises';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import type { ResolveSourceInput, SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError } from '../../../core/errors.js';
import { isBucketPattern } from '../../../core/hub/bucket-pattern.js';
import type { WorkContext } from '../../../core/progress.js';
import { hubBlob } from '../download/hub-blob.js';
import {
  hubRangeReader,
  localRangeReader,
  storedRangeReader,
  type RangeReader,
} from '../download/range-reader.js';
import type { Wanted } from '../../artifacts/store.js';
import { inParallel } from '../../threads/in-parallel.js';
import { pinOf } from '../bucket/bucket-objects.js';
import { bucketRangeReader } from '../bucket/bucket-range-reader.js';
import { pinObjects, type BucketSource, type PinnedObjects } from '../bucket/pin-objects.js';
import { storeObjects } from '../bucket/resolve-bucket.js';
import type { HubAccess } from '../hub-access.js';
import { findLocalFiles } from '../local/find-local-files.js';
import { emptyNotes } from './empty-notes.js';
import { inspectDataset, type HubSource } from './inspect-dataset.js';
import { lockOfNextRun } from './lock-place.js';
import type { LockedSource } from './recipe-lock.js';
import { putResolution, wantedFile } from './resolution.js';
import { resolveLocal } from './resolve-local.js';

/** One file of a source, readable before it is downloaded. */
export interface InspectedFile {
  readonly file: SourceFile;
  /** Whether it is on this disk or in the store, complete. */
  readonly isWhole: boolean;
  /** Bytes on this disk or in the store: all, those of an unfinished download, or none. */
  readonly haveBytes: number;
  /** How `store.bring` makes it local, once it is whole. */
  readonly wanted: Wanted;
  /** Reads from this disk, from the store or, by range requests, from the Hub. */
  readonly read: RangeReader;
}

/** The files of a source, found without downloading, locking or storing anything. */
export interface SourceInspection {
  readonly name: string;
  readonly kind: 'local' | 'hub';
  /** Canonical id; Hub sources only. */
  readonly dataset?: string;
  readonly commitSha?: string;
  readonly config?: string;
  readonly split?: string;
  /** In reading order, without those of zero bytes. */
  readonly files: readonly InspectedFile[];
  readonly emptyFiles: readonly string[];
  /** Sentences for the user. */
  readonly notes: readonly string[];
  /** The entry for the lock; local files have none. */
  readonly entry?: LockedSource;
  /** Objects of buckets only. */
  readonly pinned?: PinnedObjects;
}

/** A source to inspect. */
export interface InspectSourceInput extends ResolveSourceInput {
  /** With a store in a bucket, the folder of this machine whose `recipe.lock.json` a run would be sent. */
  readonly folder?: string | undefined;
}

/**
 * Finds the files of a source in the same way as {@link resolveSource}.
 *
 * @throws {HeadraceError} as {@link resolveSource}.
 */
export async function inspectSource(
  hub: HubAccess,
  input: InspectSourceInput,
  work: WorkContext,
): Promise<SourceInspection> {
  const { name, dataset, files } = input.source;
  if (dataset !== undefined) return inspectHub(hub, { ...input.source, dataset }, input, work);
  if (files !== undefined) return inspectFiles(hub, { name, patterns: [files].flat() }, input, work);
  throw new HeadraceError('RecipeError', `Source ${name} names neither files nor a dataset`);
}

async function inspectHub(
  hub: HubAccess,
  source: HubSource,
  input: InspectSourceInput,
  work: WorkContext,
): Promise<SourceInspection> {
  const client = await hub.client();
  const lock = lockOfNextRun(hub.store, input);
  const found = await inspectDataset(hub.store, client, source, { ...input, lock }, work);
  const { commit, config, split, emptyFiles, notes } = found;
  const held = await hub.blobs.held(commit, found.files);
  return {
    name: source.name,
    kind: 'hub',
    dataset: commit.id,
    commitSha: commit.commitSha,
    config,
    split,
    files: held.map((each) => {
      const { file, isWhole } = each;
      const wanted = { blob: hubBlob(commit, file) };
      const read = isWhole
        ? storedRangeReader(hub.store, wanted)
        : hubRangeReader(client, { commit, file }, work.signal);
      return { ...each, wanted, read };
    }),
    emptyFiles,
    notes,
    entry: found.entry,
  };
}

function inspectFiles(
  hub: HubAccess,
  source: BucketSource,
  input: InspectSourceInput,
  { signal }: WorkContext,
): Promise<SourceInspection> {
  return source.patterns.some(isBucketPattern)
    ? inspectBucket(hub, source, input, signal)
    : inspectLocal(source.name, source.patterns);
}

async function inspectBucket(
  hub: HubAccess,
  source: BucketSource,
  input: InspectSourceInput,
  signal: AbortSignal,
): Promise<SourceInspection> {
  const lock = lockOfNextRun(hub.store, input);
  const pinned = await pinObjects(hub.buckets.open, source, { ...input, lock }, signal);
  const { objects, entry, notes } = pinned;
  const files = await inParallel(objects, lookupsAtOnce, signal, async (object): Promise<InspectedFile> => {
    const { path, sizeBytes } = object;
    const file = { path, sizeBytes, storedAs: pinOf(object) };
    const wanted = wantedFile({ kind: 'imported' }, file);
    const isWhole = (await hub.buckets.known(object)) !== undefined;
    const read = isWhole
      ? storedRangeReader(hub.store, wanted)
      : bucketRangeReader(hub.buckets, object, signal);
    return { file, isWhole, haveBytes: isWhole ? sizeBytes : 0, wanted, read };
  });
  return { name: source.name, kind: 'local', files, emptyFiles: entry.emptyFiles, notes, entry, pinned };
}

/** Objects that are looked up in the store at a time. */
const lookupsAtOnce = 16;

async function inspectLocal(name: string, patterns: readonly string[]): Promise<SourceInspection> {
  const { paths, empty } = await findLocalFiles(patterns);
  const found: InspectedFile[] = [];
  for (const path of paths) {
    const sizeBytes = (await stat(path)).size;
    const file = { path, sizeBytes };
    found.push({ file, isWhole: true, haveBytes: sizeBytes, wanted: { path }, read: localRangeReader(path) });
  }
  return { name, kind: 'local', files: found, emptyFiles: empty, notes: emptyNotes(empty) };
}

/**
 * Stores an inspection as a run's resolution. The lock does not change. Local files are hashed.
 *
 * @throws {HeadraceError} FileNotFoundError, FileChangedError.
 */
export async function storeInspection(
  hub: HubAccess,
  { name, dataset, commitSha, config, split, files, emptyFiles, pinned }: SourceInspection,
  work: WorkContext,
): Promise<ArtifactRef> {
  if (pinned !== undefined) return (await storeObjects(hub, name, pinned, work)).resolution;
  const listed = files.map(({ file }) => file);
  if (dataset === undefined || commitSha === undefined || config === undefined || split === undefined) {
    const paths = [...listed.map(({ path }) => path), ...emptyFiles];
    return (await resolveLocal(hub, name, paths, work)).resolution;
  }
  const meta = { kind: 'hub', dataset, commitSha, config, split } as const;
  return putResolution(hub.store, meta, { files: listed, emptyFiles });
}
