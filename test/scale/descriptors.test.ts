import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { artifactKey } from '../../activities/artifacts/store.js';
import type { Artifact, ArtifactStore } from '../../activities/artifacts/store.js';
import { examplesName, maskName, tokensName } from '../../activities/tokenise/pieces/token-piece.js';
import { TokenReader } from '../../activities/tokenise/pieces/token-reader.js';
import type { Tokens } from '../../activities/tokenise/pieces/tokens-artifact.js';
import { openStore } from '../../activities/artifacts/open-store.js';
import { temporaryFolder } from '../support/folder.js';
import { openTestStore } from '../support/s3-store.js';
import { s3Server } from '../support/s3.js';

/** The most descriptors that a reader may have open. */
const most = 256;
/** Tokens of each piece: enough that its files are objects of their own. */
const tokens = 70_000;

/** Descriptors of this process that are open for files below a folder, and for the store's own. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

/** The most descriptors that were open during `work`, besides those open before. */
async function mostOpen(work: () => Promise<unknown>): Promise<number> {
  const before = openFiles();
  let found = before;
  const timer = setInterval(() => {
    found = Math.max(found, openFiles());
  }, 1);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return found - before;
}

/** One example of all its tokens, of which each piece of the test is a copy. */
async function putPiece(store: ArtifactStore): Promise<Artifact> {
  const ref = { kind: 'token-piece', key: artifactKey('token-piece', 1, 'descriptors') } as const;
  return await store.put(ref, async (dir) => {
    await writeFile(
      join(dir, tokensName),
      Buffer.from(Int32Array.from({ length: tokens }, (_, id) => id).buffer),
    );
    await writeFile(join(dir, maskName), Buffer.alloc(tokens, 1));
    const entry = Uint32Array.of(0, tokens, tokens, tokens - 1, 0, 0, 0);
    await writeFile(join(dir, examplesName), Buffer.from(entry.buffer));
    return {};
  });
}

/** A reader of so many pieces, all of them one artifact. */
async function readerOf(store: ArtifactStore, count: number): Promise<TokenReader> {
  const { ref } = await putPiece(store);
  const pieces = Array.from({ length: count }, (_, at) => ({
    side: 'train' as const,
    key: ref.key,
    firstLine: at,
    rows: 1,
    firstEntry: at,
  }));
  return await TokenReader.open(store, { pieces } as unknown as Tokens, 'train');
}

async function checkReader(store: ArtifactStore, count: number, examples: number): Promise<void> {
  let reader: TokenReader | undefined;
  const opening = await mostOpen(async () => {
    reader = await readerOf(store, count);
  });
  assert.ok(opening <= most, `${opening} descriptors to open ${count} pieces`);
  const every = Math.floor(count / examples);
  const numbers = Array.from({ length: examples }, (_, at) => at * every);
  const reading = await mostOpen(async () => {
    const found = (await reader?.read(numbers)) ?? [];
    assert.equal(found.length, examples);
    assert.deepEqual(
      found.map(({ line }) => line),
      numbers,
    );
    assert.equal(found.at(-1)?.tokens.at(-1), tokens - 1);
  });
  assert.ok(reading <= most, `${reading} descriptors to read ${examples} examples`);
}

void test('a reader of 30,000 pieces of tokens has at most 256 descriptors', async (t) => {
  await checkReader(await openStore(await temporaryFolder(t)), 30_000, 500);
});

void test('over a bucket it has no more, however many examples a step has', async (t) => {
  const { store } = await openTestStore(await s3Server(t));
  await checkReader(store, 1_000, 500);
});
