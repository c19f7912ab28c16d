import type { SourceFile } from '../../../core/contracts/source.js';
import { HeadraceError, type ErrorType } from '../../../core/errors.js';
import { listOf } from '../../../core/hub/data-files.js';
import { unheldPath } from '../../../core/hub/repository-path.js';
import { chooseSplitFiles, type SplitChoice } from '../../../core/hub/split-files.js';
import type { HubClient } from '../http/hub-client.js';
import { pageOf, type RepositoryCommit } from '../http/repository.js';
import type { CommitListing } from './commit-listing.js';
import { readCard } from './dataset-card.js';
import { recipeLockName, type LockedDataset } from './recipe-lock.js';
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
  asked: LockedDataset['asked'],
  locked: LockedDataset | undefined,
): ChosenFiles {
  const card = readCard(listing.readme, listing.settings);
  const notes =
    card.problem === undefined
      ? []
      : [
          `The configs in the README.md of ${commit.id} cannot be read, so files are chosen by name: ${card.problem}`,
        ];
  const byRules = chooseSplitFiles(
    listing.files.map((file) => file.path),
    card.configs,
    {
      revision: asked.revision ?? undefined,
      config: asked.config ?? undefined,
      split: asked.split ?? undefined,
      dataFiles: asked.data_files ?? undefined,
    },
  );
  const choice = locked?.commit === commit.commitSha ? choiceOf(locked, byRules) : byRules;
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
  const filled = new Set(files.map((file) => file.path));
  const emptyFiles = [...chosen].filter((path) => !filled.has(path));
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

/** The choice of a lock. It says the same of these files as the rules, or that the rules choose others. */
function choiceOf({ config, split, files, emptyFiles }: LockedDataset, byRules: SplitChoice): SplitChoice {
  const paths = [...files.map((file) => file.path), ...emptyFiles].sort();
  const isSame =
    byRules.found &&
    byRules.paths.length === paths.length &&
    byRules.paths.every((path, index) => path === paths[index]);
  const notes = isSame
    ? byRules.notes
    : [
        `the files are those of ${recipeLockName}; without it ${byRules.found ? `they would be ${listOf(byRules.paths)}` : `the dataset ${byRules.message}`}. ` +
          '`--update-lock` takes what there is now',
      ];
  return { found: true, config, split, paths, notes };
}
