import { win32 } from 'node:path';
import { HeadraceError } from '../../../core/errors.js';
import type { WorkContext } from '../../../core/progress.js';
import { tokenizerConfigName, vocabularyNames } from '../../../core/training/tokenizer-names.js';
import type { Objects } from '../../artifacts/s3/objects.js';
import type { ArtifactStore } from '../../artifacts/store.js';
import type { HubAccess } from '../../hub/hub-access.js';
import { importDigested, type ImportOutcome } from '../../hub/import/import-source.js';
import { importedFiles, type ImportedSource } from '../../hub/import/imports.js';
import { digestAll } from '../../hub/resolve/resolve-local.js';
import { readResolution, wantedFile } from '../../hub/resolve/resolution.js';
import { readTokenizer, tokenizerIn, type TokenizerFiles } from './tokenizer-files.js';

/** The tokenizer of a recipe that is a folder. */
export interface TokenizerFolder {
  /** Absolute path, on the machine of the client. */
  readonly folder: string;
  /** Where the results of its run go. */
  readonly out: string;
}

/** Names of sources begin with a letter or digit. */
const importOf = ({ folder, out }: TokenizerFolder): ImportedSource => ({
  name: '@tokenizer',
  patterns: [folder],
  out,
});

/**
 * Puts the tokenizer in a folder into a store in a bucket, where every worker can read it. For the process
 * that sees the folder. Bytes that the store has are not sent again.
 *
 * @throws {HeadraceError} TokenizerError where the folder has none; FileChangedError, those of
 *   {@link Objects}.
 */
export async function importTokenizer(
  hub: HubAccess,
  objects: Objects,
  tokenizer: TokenizerFolder,
  work: WorkContext,
): Promise<ImportOutcome> {
  const { vocabulary, config } = await tokenizerIn(tokenizer.folder);
  const paths = config === undefined ? [vocabulary.path] : [vocabulary.path, config];
  const files = await digestAll(hub, 'train.tokenizer', paths, work);
  return await importDigested(hub, objects, importOf(tokenizer), { files, emptyFiles: [] }, work);
}

/**
 * The tokenizer in a folder as a client has imported it.
 *
 * @throws {HeadraceError} TokenizerError where none has; ArtifactMissingError, ArtifactCorruptError.
 */
export async function importedTokenizer(
  store: ArtifactStore,
  tokenizer: TokenizerFolder,
): Promise<TokenizerFiles> {
  const { folder } = tokenizer;
  const ref = await importedFiles(store, importOf(tokenizer));
  if (ref === undefined)
    throw new HeadraceError(
      'TokenizerError',
      `The folder ${folder} of train.tokenizer is not in the store ${store.place}`,
      {
        remedy:
          'Run `headrace start` or `headrace retry-stage RUN tokenise` on the machine that has the folder: it imports it.',
      },
    );
  const { meta, files } = await readResolution(store, ref);
  return await store.bring(
    files.map((file) => wantedFile(meta, file)),
    async (paths) => {
      // The client may have another kind of paths than this machine.
      const byName = new Map(files.map((file, index) => [win32.basename(file.path), paths[index]]));
      const vocabularies = vocabularyNames.flatMap((name) => {
        const path = byName.get(name);
        return path === undefined ? [] : [{ name, path }];
      });
      const [vocabulary] = vocabularies;
      if (vocabulary === undefined)
        throw new HeadraceError('ArtifactCorruptError', `The ${ref.kind} ${ref.key} has no tokenizer`);
      return await readTokenizer({ place: folder, vocabulary, config: byName.get(tokenizerConfigName) });
    },
  );
}
