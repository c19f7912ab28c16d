import type { SourceFile, SourceResolution } from '../../../core/contracts/source.js';
import { HeadraceError, type ErrorType } from '../../../core/errors.js';
import { downloadLabel } from '../../../core/hub/download-label.js';
import { columnProblem } from '../../../core/hub/column-check.js';
import { lockMoves } from '../../../core/hub/lock-moves.js';
import { chooseSplitFiles, type SplitChoice } from '../../../core/hub/split-files.js';
import type { WorkContext } from '../../../core/progress.js';
import type { Source } from '../../../core/recipe.js';
import { workRanges } from '../../../core/work-ranges.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { CommitFile } from '../download/blob-store.js';
import { commitListing } from './commit-listing.js';
import { readCard } from './dataset-card.js';
import { HubRefusal, type HubClient } from '../http/hub-client.js';
import { filesOnDisk } from '../download/files-on-disk.js';
import { checkRoom } from '../../../files/room.js';
import { columnsOf, readFooter } from './parquet-footer.js';
import { putResolution } from './put-resolution.js';
import { hubRangeReader } from '../download/range-reader.js';
import {
  isSameRequest,
  lockSource,
  readRecipeLock,
  recipeLockName,
  type LockedSource,
} from './recipe-lock.js';
import { explainRefusal, pageOf, type Subject } from '../http/refusals.js';
import { RemoteFile } from '../download/remote-file.js';
import { pinRevision, resolveUrl } from '../http/repository-api.js';
import { emptyNote } from '../local/resolve-local.js';

/** A source that names a dataset. */
export type HubSource = Source & { readonly dataset: string };

/** A source of the Hub, looked at. */
export interface HubLook {
  readonly subject: Subject;
  readonly commitSha: string;
  readonly config: string;
  readonly split: string;
  /** In reading order, without those of zero bytes. */
  readonly files: readonly [SourceFile, ...SourceFile[]];
  readonly emptyFiles: readonly string[];
  /** What is still to be fetched. */
  readonly missingBytes: number;
  /** Sentences for the user. */
  readonly notes: readonly string[];
  /** What the lock is to hold. */
  readonly entry: LockedSource;
}

/**
 * Looks at a dataset of the Hub: canonical id, commit, the files of the split, and proof that they may be read. What
 * `recipe.lock.json` holds for the same request is reproduced, unless it is to be updated. Writes no lock.
 *
 * @throws {HeadraceError} DatasetNotFoundError, RevisionNotFoundError, ConfigNotFoundError, SplitNotFoundError,
 * HubFileNotFoundError, HubTokenMissingError, HubTokenInvalidError, GatedDatasetError, HubUnavailableError, FormatError;
 * ArtifactMissingError offline.
 */
export async function lookAtHub(
  store: ArtifactStore,
  client: HubClient,
  source: HubSource,
  { out, updateLock }: { readonly out: string; readonly updateLock: boolean },
  work: WorkContext,
): Promise<HubLook> {
  const { signal } = work;
  const report = (note: string): void =>
    work.progress({ stage: 'resolve', label: source.name, done: 0, total: null, unit: 'files', note });
  report('asking the Hub');
  const asked = requestOf(source);
  const before = (await readRecipeLock(out)).sources[source.name];
  const locked = before !== undefined && isSameRequest(before.asked, asked) ? before : undefined;
  const isMoving = updateLock && !client.config.offline;
  const pinned = await pin(client, source, isMoving ? undefined : locked, signal);
  const { subject, commitSha, notes } = pinned;

  report('listing files');
  const listing = await commitListing(store, client, subject, commitSha, signal);
  const card = readCard(listing.readme);
  if (card.problem !== undefined)
    notes.push(
      `The configs in the README.md of ${subject.id} cannot be read, so files are chosen by name: ${card.problem}`,
    );
  const choice =
    locked !== undefined && locked.commit === commitSha
      ? lockedChoice(locked)
      : chooseSplitFiles(
          listing.files.map((file) => file.path),
          card.configs,
          { config: source.config, split: source.split, dataFiles: asked.data_files ?? undefined },
        );
  if (!choice.found)
    throw new HeadraceError(
      choiceErrors[choice.problem],
      `The dataset ${subject.id} at ${commitSha.slice(0, 12)} ${choice.message}`,
    );
  notes.push(...choice.notes);
  const chosen = new Set(choice.paths);
  const [first, ...others] = listing.files.filter((file) => chosen.has(file.path) && file.sizeBytes > 0);
  if (first === undefined)
    throw new HeadraceError(
      'SplitNotFoundError',
      `All files of split "${choice.split}" of the dataset ${subject.id} are empty (0 bytes)`,
      { remedy: `Look at ${pageOf(client, subject)}.` },
    );
  const files = [first, ...others] as const;
  const emptyFiles = [...chosen].filter((path) => !files.some((file) => file.path === path));
  notes.push(...emptyNote(emptyFiles));
  if (!client.config.offline) {
    report('reading a byte');
    await probe(client, subject, commitSha, first, signal);
    if (namesColumns(source) && /\.parquet$/i.test(first.path))
      await checkColumns(client, source, { subject, commitSha, file: first }, signal);
  }
  const have = await filesOnDisk(store, subject.id, files);
  const missing = have.reduce((sum, { file, haveBytes }) => sum + file.sizeBytes - haveBytes, 0);
  const { config, split } = choice;
  const entry = {
    asked,
    dataset: subject.id,
    commit: commitSha,
    config,
    split,
    files: [...files],
    emptyFiles,
  };
  if (updateLock) notes.push(...lockMoves(before, { ...entry, files }));
  return {
    subject,
    commitSha,
    config,
    split,
    files,
    emptyFiles,
    missingBytes: missing,
    notes: notes.slice(0, 20),
    entry,
  };
}

function namesColumns({ format, fields, filter }: HubSource): boolean {
  return format !== undefined || fields !== undefined || filter !== undefined;
}

/** A filter or field that names no column is known from the footer, before anything is downloaded. */
async function checkColumns(
  client: HubClient,
  source: HubSource,
  { subject, commitSha, file }: CommitFile,
  signal: AbortSignal,
): Promise<void> {
  const read = hubRangeReader(client, subject, commitSha, file, signal);
  const { metadata } = await readFooter(file.path, file.sizeBytes, read);
  const problem = columnProblem(source, columnsOf(metadata));
  if (problem !== undefined)
    throw new HeadraceError('FormatError', `${file.path} of ${subject.id}: ${problem}`, {
      remedy: 'Correct format, fields or filter in the recipe.',
    });
}

const choiceErrors = {
  config: 'ConfigNotFoundError',
  split: 'SplitNotFoundError',
  file: 'HubFileNotFoundError',
} as const satisfies Record<string, ErrorType>;

/** The files that the lock names are read, even where they would be chosen otherwise today. */
function lockedChoice({
  config,
  split,
  files,
  emptyFiles,
}: Pick<LockedSource, 'config' | 'split' | 'files' | 'emptyFiles'>): SplitChoice {
  const paths = [...files.map((file) => file.path), ...emptyFiles].sort();
  return { found: true, config, split, paths, notes: [] };
}

/**
 * Pins a dataset of the Hub: what {@link lookAtHub} finds enters the store and the lock.
 *
 * @throws {HeadraceError} as {@link lookAtHub}; DiskFullError where the disk cannot hold what is still to come.
 */
export async function resolveHub(
  store: ArtifactStore,
  client: HubClient,
  source: HubSource,
  options: { readonly out: string; readonly updateLock: boolean },
  work: WorkContext,
): Promise<SourceResolution> {
  const look = await lookAtHub(store, client, source, options, work);
  const { subject, commitSha, config, split, files, emptyFiles, notes, entry } = look;
  await checkRoom(store.root, `The dataset ${subject.id}`, look.missingBytes);
  const meta = { kind: 'hub', dataset: subject.id, commitSha, config, split } as const;
  const resolution = await putResolution(store, meta, { files, emptyFiles });
  await lockSource(options.out, source.name, entry, work.signal);
  return {
    name: source.name,
    resolution,
    kind: 'hub',
    dataset: subject.id,
    commitSha,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    emptyFiles: emptyFiles.length,
    downloads: workRanges(
      files.map(({ sizeBytes }) => sizeBytes),
      { label: (from, to) => downloadLabel(subject.id, files.slice(from, to)) },
    ),
    notes,
  };
}

function requestOf({ dataset, revision, config, split, data_files }: HubSource): LockedSource['asked'] {
  return {
    dataset,
    revision: revision ?? null,
    config: config ?? null,
    split: split ?? null,
    data_files: data_files === undefined ? null : [data_files].flat(),
  };
}

interface Pinned {
  readonly subject: Subject;
  readonly commitSha: string;
  readonly notes: string[];
}

async function pin(
  client: HubClient,
  source: HubSource,
  locked: LockedSource | undefined,
  signal: AbortSignal,
): Promise<Pinned> {
  const asked = source.revision ?? 'main';
  if (client.config.offline) return pinOffline(source, locked);
  const revision = locked?.commit ?? asked;
  const subject: Subject = { kind: 'dataset', id: source.dataset, revision };
  const { id, commitSha } = await pinRevision(client, subject, signal).catch((error: unknown) => {
    const gone = error instanceof HeadraceError && error.type === 'RevisionNotFoundError';
    if (locked === undefined || !gone) throw error;
    throw new HeadraceError(error.type, `${error.message} (${recipeLockName} names it)`, {
      cause: error,
      remedy: `Delete "${source.name}" from ${recipeLockName} to take the present commit.`,
    });
  });
  const notes: string[] = [];
  if (id !== source.dataset) {
    const same = id.toLowerCase() === source.dataset.toLowerCase();
    notes.push(`${source.dataset} ${same ? 'is spelled' : 'is now called'} ${id}`);
  }
  if (locked !== undefined && asked !== commitSha)
    notes.push(await lockNote(client, { kind: 'dataset', id, revision: asked }, commitSha, signal));
  return { subject: { kind: 'dataset', id, revision: commitSha }, commitSha, notes };
}

/** What the lock does to this source: its revision may have moved since. */
async function lockNote(
  client: HubClient,
  subject: Subject,
  lockedCommit: string,
  signal: AbortSignal,
): Promise<string> {
  const kept = `commit ${lockedCommit.slice(0, 12)} of ${subject.id} comes from ${recipeLockName}`;
  try {
    const { commitSha } = await pinRevision(client, subject, signal);
    if (commitSha === lockedCommit) return kept;
    return `${kept}; ${subject.revision ?? 'main'} has moved to ${commitSha.slice(0, 12)} since`;
  } catch (error) {
    // The lock decides; that the branch is gone is only worth saying.
    if (error instanceof HeadraceError && error.type === 'RevisionNotFoundError')
      return `${kept}; ${subject.revision ?? 'main'} is there no more`;
    throw error;
  }
}

function pinOffline(source: HubSource, locked: LockedSource | undefined): Pinned {
  const isCommit = /^[0-9a-f]{40}$/.test(source.revision ?? '');
  const commitSha = locked?.commit ?? (isCommit ? source.revision : undefined);
  if (commitSha === undefined)
    throw new HeadraceError(
      'ArtifactMissingError',
      `HF_HUB_OFFLINE is set, and ${recipeLockName} does not say which commit of ${source.dataset} to use`,
      { remedy: 'Resolve once with the Hub at hand, or name a commit as the revision.' },
    );
  const id = locked?.dataset ?? source.dataset;
  const notes = [`offline: commit ${commitSha.slice(0, 12)} of ${id} from the store`];
  return { subject: { kind: 'dataset', id, revision: commitSha }, commitSha, notes };
}

/** Reads one byte: a gated dataset's files can be listed by anyone, and the gate shows only now. */
async function probe(
  client: HubClient,
  subject: Subject,
  commitSha: string,
  file: SourceFile,
  signal: AbortSignal,
): Promise<void> {
  const url = resolveUrl(client, subject, commitSha, file.path);
  const remote = new RemoteFile(client, url, file.sizeBytes);
  try {
    await client.patiently(url, signal, async (signal) => {
      const { body } = await remote.open({ start: 0, end: 1 }, signal);
      await body.next();
      await body.return();
    });
  } catch (error) {
    if (error instanceof HubRefusal) throw await explainRefusal(client, subject, error, signal);
    throw error;
  }
}
