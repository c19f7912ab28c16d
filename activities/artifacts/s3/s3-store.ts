import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { HeadraceError } from '../../../core/errors.js';
import type { Count } from '../../../core/run/meter.js';
import { stableJson } from '../../../core/stable-json.js';
import { contentBytes, fileChunkBytes } from '../../../core/store/object-sizes.js';
import type { Medium } from '../medium.js';
import type { Artifact, ArtifactStore, Blob, NoteEntry, Wanted } from '../store.js';
import type { Workplace } from '../workplace.js';
import { Bringer } from './bringer.js';
import type { FileCache } from './cache/file-cache.js';
import { chunkedBlob, type Chunked } from './chunked.js';
import { fileKey, manifestKey, notesPrefix, wholeKey } from './layout.js';
import { KnownManifests } from './known-manifests.js';
import { lostObject } from './lost-object.js';
import { ArtifactManifest, BlobManifest, type StoredFile } from './manifests.js';
import type { Objects } from './objects.js';
import { NotedUses } from './noted-uses.js';
import { readManifest } from './read-manifest.js';
import { S3Artifact } from './s3-artifact.js';

/** Files of one artifact that are sent at a time. */
const filesAtOnce = 4;
/** Files that are brought at a time: each has two descriptors, and a step of a training brings thousands. */
const bringsAtOnce = 48;

/** A store in a bucket. */
export class S3Store implements ArtifactStore {
  readonly id: string;
  readonly medium: Medium;
  readonly workplace: Workplace;
  readonly #objects: Objects;
  readonly #cache: FileCache;
  readonly #bringer: Bringer;
  readonly #uses: NotedUses | undefined;
  readonly #brings = pLimit(bringsAtOnce);
  readonly #manifests = new KnownManifests();

  constructor(options: {
    readonly id: string;
    readonly objects: Objects;
    readonly workplace: Workplace;
    readonly cache: FileCache;
    readonly onWarning: (message: string) => void;
    readonly count: Count;
    /** Whether finding a plan, or bringing a tokenizer, marks it as used. */
    readonly marksUse: boolean;
  }) {
    this.id = options.id;
    this.#objects = options.objects;
    this.medium = { kind: 'objects', objects: options.objects };
    this.workplace = options.workplace;
    this.#cache = options.cache;
    this.#bringer = new Bringer(options);
    this.#uses = options.marksUse ? new NotedUses(options.objects, options.onWarning) : undefined;
  }

  get place(): string {
    return this.#objects.place;
  }

  async find(ref: ArtifactRef): Promise<S3Artifact | undefined> {
    const manifest = await readManifest(this.#objects, manifestKey(ref), ArtifactManifest);
    if (manifest === undefined) return undefined;
    await this.#uses?.ofArtifact(ref);
    return new S3Artifact(ref, manifest);
  }

  async get(ref: ArtifactRef): Promise<S3Artifact> {
    const known = this.#manifests.get(ref);
    if (known === undefined) return await this.#getNow(ref);
    // The process may have read it weeks ago.
    await this.#uses?.ofArtifact(ref);
    return known;
  }

  async #getNow(ref: ArtifactRef): Promise<S3Artifact> {
    const artifact = await this.find(ref);
    if (artifact === undefined)
      throw lostObject(`The store ${this.place} has no whole ${ref.kind} ${ref.key}`);
    this.#manifests.add(artifact);
    return artifact;
  }

  async put(ref: ArtifactRef, write: (dir: string) => Promise<unknown>): Promise<Artifact> {
    const aside = await this.workplace.scratch();
    try {
      const meta = await write(aside);
      const writer = randomUUID();
      const files = await this.#send(ref, writer, aside);
      const manifest = { ...ref, writer, chunkBytes: fileChunkBytes, files, meta };
      return await this.#publish(ref, manifest);
    } catch (error) {
      throw this.#cache.asDiskFull(error);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }

  /** The first manifest stays. Any of them would be right: each names the files of its own writer. */
  async #publish(
    ref: ArtifactRef,
    manifest: ConstructorParameters<typeof S3Artifact>[1],
  ): Promise<S3Artifact> {
    const bytes = Buffer.from(stableJson(manifest));
    // As everyone else reads it: with sorted keys, and without what JSON does not have.
    if ((await this.#objects.put(manifestKey(ref), bytes, { ifAbsent: true })) === 'written')
      return new S3Artifact(ref, ArtifactManifest.parse(JSON.parse(bytes.toString('utf8'))));
    const first = await this.#getNow(ref);
    if (first.writer !== manifest.writer)
      await this.#objects.remove(
        Object.entries(manifest.files)
          .filter(([, { content }]) => content === undefined)
          .map(([name]) => fileKey(ref, manifest.writer, name)),
      );
    return first;
  }

  /** Sends the files of a folder, the smallest ones as part of the manifest. */
  async #send(ref: ArtifactRef, writer: string, dir: string): Promise<Record<string, StoredFile>> {
    const names = (await readdir(dir)).sort();
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).size));
    const bySize = names
      .map((name, index) => ({ name, sizeBytes: sizes[index] ?? 0 }))
      .sort((a, b) => a.sizeBytes - b.sizeBytes);
    let left = contentBytes;
    const slots = pLimit(filesAtOnce);
    const sent = bySize.map(async ({ name, sizeBytes }): Promise<[string, StoredFile]> => {
      left -= sizeBytes;
      const path = join(dir, name);
      if (left >= 0) {
        const content = (await readFile(path)).toString('base64');
        return [name, { sizeBytes, content, chunks: [] }];
      }
      const chunks = await slots(() =>
        this.#objects.upload(fileKey(ref, writer, name), path, fileChunkBytes),
      );
      return [name, { sizeBytes, chunks: [...chunks] }];
    });
    await Promise.allSettled(sent);
    return Object.fromEntries(await Promise.all(sent));
  }

  async placeOf(artifact: Artifact, name: string): Promise<string> {
    const own = await this.#own(artifact);
    const key = fileKey(own.ref, own.writer, name);
    const content = own.content(name);
    if (content !== undefined) await this.#objects.put(key, content);
    return `${this.place}/${key}`;
  }

  async text(artifact: Artifact, name: string): Promise<string> {
    const content = (await this.#own(artifact)).content(name);
    if (content !== undefined) return content.toString('utf8');
    return await this.bring([{ artifact, file: name }], async ([path = '']) => await readFile(path, 'utf8'));
  }

  async bring<Result>(
    wanted: readonly Wanted[],
    use: (paths: readonly string[]) => Promise<Result>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Result> {
    const folder = await this.workplace.scratch();
    try {
      const bringing = wanted.map((each, index) =>
        this.#brings(() => this.#bringOne(each, folder, index, signal)),
      );
      // All have ended before the folder goes.
      await Promise.allSettled(bringing);
      const paths = await Promise.all(bringing);
      try {
        return await use(paths);
      } catch (error) {
        throw await this.#damageBehind(error, wanted, signal);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
      await this.#cache.released();
    }
  }

  /**
   * What is read once is verified by its reader alone, who does not know the object. Reads those files again
   * with their hashes, which drops the damaged one.
   */
  async #damageBehind(error: unknown, wanted: readonly Wanted[], signal: AbortSignal): Promise<unknown> {
    const unverified = wanted.filter((each) => !('path' in each) && each.isReadOnce === true);
    const isDamage = error instanceof HeadraceError && error.type === 'ArtifactCorruptError';
    if (!isDamage || unverified.length === 0) return error;
    const verified = unverified.map((each) => ({ ...each, isReadOnce: false }));
    try {
      await this.bring(verified, () => Promise.resolve(), signal);
    } catch (damage) {
      return damage;
    }
    const what = `Bytes of the store ${this.place} were wrong on their way: ${error.message}`;
    return new HeadraceError('StoreUnavailableError', what, { cause: error });
  }

  async #bringOne(wanted: Wanted, folder: string, index: number, signal: AbortSignal): Promise<string> {
    try {
      return await this.#bringTo(wanted, folder, index, signal);
    } catch (error) {
      // What was wrong may be made again, by another writer under another name.
      if (error instanceof HeadraceError) this.#manifests.clear();
      throw this.#cache.asDiskFull(error);
    }
  }

  async #bringTo(wanted: Wanted, folder: string, index: number, signal: AbortSignal): Promise<string> {
    if ('path' in wanted) return wanted.path;
    const name = 'blob' in wanted ? wanted.blob.oid : basename(wanted.file);
    const path = join(folder, `${index}-${name}`);
    const file = await this.#stored(wanted);
    if (Buffer.isBuffer(file)) await writeFile(path, file);
    else if (wanted.isReadOnce === true && wanted.ranges !== undefined)
      await this.#bringer.bringExactly(file, wanted.ranges, path, signal);
    else await this.#bringer.bring(file, wanted.ranges, path, signal);
    return path;
  }

  /** The content where it is in a manifest, else where its chunks are. */
  async #stored(wanted: Exclude<Wanted, { readonly path: string }>): Promise<Buffer | Chunked> {
    if ('artifact' in wanted) {
      const artifact = await this.#own(wanted.artifact);
      return artifact.content(wanted.file) ?? artifact.chunked(wanted.file);
    }
    const whole = await this.#whole(wanted.blob);
    if (whole.content !== undefined) return Buffer.from(whole.content, 'base64');
    return chunkedBlob(wanted.blob, whole);
  }

  async #whole({ oid, name, repository }: Blob): Promise<BlobManifest> {
    const whole = await readManifest(this.#objects, wholeKey(oid), BlobManifest);
    // Of a model nothing but its tokenizer is brought.
    if (whole !== undefined && repository?.kind === 'model') await this.#uses?.ofTokenizer(oid);
    if (whole !== undefined) return whole;
    throw lostObject(`The store ${this.place} has no whole ${name} (${oid})`);
  }

  /** The artifact as this store knows it. */
  async #own(artifact: Artifact): Promise<S3Artifact> {
    return artifact instanceof S3Artifact ? artifact : await this.get(artifact.ref);
  }

  async note(name: string, text: string): Promise<void> {
    await this.#objects.put(`${notesPrefix}${name}`, Buffer.from(text));
  }

  async read(name: string): Promise<string | undefined> {
    return (await this.#objects.get(`${notesPrefix}${name}`))?.toString('utf8');
  }

  async *notes(prefix: string): AsyncIterable<NoteEntry> {
    for await (const { key, sizeBytes, at } of this.#objects.list(`${notesPrefix}${prefix}`))
      yield { name: key.slice(notesPrefix.length), sizeBytes, at };
  }
}
