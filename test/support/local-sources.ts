import { createHash } from 'node:crypto';
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ThreadPool } from '../../activities/threads/thread-pool.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { SourceFile } from '../../core/contracts/source.js';
import { defined } from '../../core/defined.js';
import type { Source } from '../../core/recipe.js';
import { temporaryFolder } from './folder.js';
import { quietWork } from './work.js';
import { mixSources, type MixRecipe, type MixSourcesResult } from '../../client/mix/mix-sources.js';
import { artifactKey, type ArtifactStore } from '../../activities/artifacts/store.js';
import { openStore } from '../../activities/artifacts/open-store.js';

/** The output does not depend on how many there are. */
const threads = new ThreadPool(1);

/** Makes the `resolution` artifact of local files, as resolving them would. */
export async function resolveLocal(store: ArtifactStore, paths: readonly string[]): Promise<ArtifactRef> {
  const files: SourceFile[] = [];
  const emptyFiles: string[] = [];
  for (const path of [...new Set(paths)].sort()) {
    const bytes = await readFile(path);
    if (bytes.length === 0) {
      emptyFiles.push(path);
      continue;
    }
    const { mtimeNs } = await stat(path, { bigint: true });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    files.push({ path, sizeBytes: bytes.length, sha256, mtimeNs: String(mtimeNs) });
  }
  const ref = { kind: 'resolution', key: artifactKey('resolution', 1, { files, emptyFiles }) } as const;
  await store.put(ref, async (dir) => {
    await writeFile(join(dir, 'files.json'), JSON.stringify({ files, emptyFiles }));
    return { kind: 'local' };
  });
  return ref;
}

/** A recipe's source with its defaults. */
export function sourceOf(name: string, more: Partial<Source> = {}): Source {
  return { name, files: 'given', repeat: 1, max_reject_fraction: 0.01, ...more };
}

/** JSON lines of conversations `from` to `to`, no two alike. */
export function chatLines(from: number, to: number): string {
  const lines: string[] = [];
  for (let number = from; number < to; number += 1)
    lines.push(
      `{"messages": [{"content": "question ${number}", "role": "user"}, {"content": "answer ${number} ${'x'.repeat(number % 97)}", "role": "assistant"}]}\n`,
    );
  return lines.join('');
}

/** The conversation `number` of {@link chatLines}, as it is in train.jsonl. */
export function chatLine(number: number): string {
  return `{"messages":[{"role":"user","content":"question ${number}"},{"role":"assistant","content":"answer ${number} ${'x'.repeat(number % 97)}"}]}`;
}

interface MixedFiles extends MixSourcesResult {
  readonly out: string;
  /** Of train.jsonl. */
  readonly lines: readonly string[];
}

/** One store and its threads for the tests of a file. */
export interface Workbench {
  readonly store: ArtifactStore;
  /** A new empty folder. */
  readonly folder: () => Promise<string>;
  /** Mixes one source of the given files, all of it into train.jsonl. */
  readonly mixFiles: (
    paths: readonly string[],
    more?: Partial<Source>,
    options?: { readonly pieceBytes?: number },
  ) => Promise<MixedFiles>;
}

/** A workbench that is removed when the process ends. */
export async function workbench(): Promise<Workbench> {
  const root = await temporaryFolder();
  const store = await openStore(join(root, 'store'));
  const folder = (): Promise<string> => mkdtemp(join(root, 'folder-'));
  return {
    store,
    folder,
    async mixFiles(paths, more = {}, { pieceBytes } = {}) {
      const recipe: MixRecipe = {
        seed: 1,
        sources: [sourceOf('s', more)],
        heldout: { fraction: 0 },
        mix: {},
      };
      const out = await folder();
      const resolutions = new Map([['s', await resolveLocal(store, paths)]]);
      const result = await mixSources(recipe, {
        store,
        threads,
        ...defined({ pieceBytes }),
        out,
        resolutions,
        work: quietWork(),
      });
      const text = await readFile(join(out, 'train.jsonl'), 'utf8');
      return { ...result, out, lines: text.split('\n').slice(0, -1) };
    },
  };
}
