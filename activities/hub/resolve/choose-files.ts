import type { SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError, type ErrorType } from '../../../core/errors.js';
import { unheldPath } from '../../../core/hub/repository-path.js';
import { chooseSplitFiles, type SplitChoice } from '../../../core/hub/split-files.js';
import type { HubClient } from '../http/hub-client.js';
import { pageOf, type RepositoryCommit } from '../http/repository.js';
import type { CommitListing } from './commit-listing.js';
import { readCard } from './dataset-card.js';
import type { LockedSource } from './recipe-lock.js';
import { emptyNotes } from './empty-notes.js';

/** The files of a split. */
export interface ChosenFiles {
  readonly config: string;
  readonly split: string;
  /** In reading order, without those of zero bytes. */
  readonly files: readonly [SourceFile, ...SourceFile[]];
  readonly emptyFiles: readonly string[];
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

const choiceErrors = {
  config: 'ConfigNotFoundError',
  split: 'SplitNotFoundError',
  file: 'HubFileNotFoundError',
} as const satisfies Record<string, ErrorType>;

/**
 * The files of a commit that a source requests. A lock of the same commit takes precedence over the rules of
 * file choice.
 *
 * @throws {HeadraceError} ConfigNotFoundError, SplitNotFoundError, HubFileNotFoundError.
 */
export function chooseFiles(
  client: HubClient,
  commit: RepositoryCommit,
  listing: CommitListing,
  asked: LockedSource['asked'],
  locked: LockedSource | undefined,
): ChosenFiles {
  const card = readCard(listing.readme);
  const notes =
    card.problem === undefined
      ? []
      : [
          `The configs in the README.md of ${commit.id} cannot be read, so files are chosen by name: ${card.problem}`,
        ];
  const choice =
    locked?.commit === commit.commitSha
      ? choiceOf(locked)
      : chooseSplitFiles(
          listing.files.map((file) => file.path),
          card.configs,
          {
            config: asked.config ?? undefined,
            split: asked.split ?? undefined,
            dataFiles: asked.data_files ?? undefined,
          },
        );
  if (!choice.found)
    throw new HeadraceError(
      choiceErrors[choice.problem],
      `The dataset ${commit.id} at ${commit.commitSha.slice(0, 12)} ${choice.message}`,
    );
  const chosen = new Set(choice.paths);
  const [first, ...others] = listing.files.filter((file) => chosen.has(file.path) && file.sizeBytes > 0);
  if (first === undefined)
    throw new HeadraceError(
      'SplitNotFoundError',
      `All files of split "${choice.split}" of the dataset ${commit.id} are empty (0 bytes)`,
      { remedy: `See ${pageOf(client.config, commit)}.` },
    );
  const files = [first, ...others] as const;
  for (const { path } of files) refuseUnheld(commit, path);
  const emptyFiles = [...chosen].filter((path) => !files.some((file) => file.path === path));
  const { config, split } = choice;
  return { config, split, files, emptyFiles, notes: [...notes, ...choice.notes, ...emptyNotes(emptyFiles)] };
}

function refuseUnheld({ id }: RepositoryCommit, path: string): void {
  const why = unheldPath(path, process.platform);
  if (why !== undefined)
    throw new HeadraceError(
      'HubFileNotFoundError',
      `The file ${JSON.stringify(path.slice(0, 200))} of the dataset ${id} cannot be stored here: ${why}`,
      { remedy: 'Choose other files with data_files.' },
    );
}

function choiceOf({ config, split, files, emptyFiles }: LockedSource): SplitChoice {
  const paths = [...files.map((file) => file.path), ...emptyFiles].sort();
  return { found: true, config, split, paths, notes: [] };
}
