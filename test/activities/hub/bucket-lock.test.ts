import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { connectS3 } from '../../../activities/artifacts/s3/connect.js';
import type { Objects } from '../../../activities/artifacts/s3/objects.js';
import { openObjects } from '../../../activities/artifacts/s3/open-s3-store.js';
import { defaultS3Tuning } from '../../../activities/artifacts/s3/tuning.js';
import type { ArtifactStore } from '../../../activities/artifacts/store.js';
import { createHubAccess, type HubAccess } from '../../../activities/hub/hub-access.js';
import { createHubActivities } from '../../../activities/hub/index.js';
import { inspectSource } from '../../../activities/hub/resolve/inspect-source.js';
import { lockPlace } from '../../../activities/hub/resolve/lock-place.js';
import {
  lockText,
  objectsIn,
  readRecipeLock,
  type LockedObjects,
} from '../../../activities/hub/resolve/recipe-lock.js';
import { readResolution, wantedFile } from '../../../activities/hub/resolve/resolution.js';
import type { SourceResolution } from '../../../core/contracts/source.js';
import { createPlanner, planSource } from '../../../client/plan/plan-source.js';
import { sha256 } from '../../../files/sha256.js';
import { temporaryFolder } from '../../support/folder.js';
import { quick, sourceOf } from '../../support/hub.js';
import { recipeFrom } from '../../support/recipes.js';
import { keepVersions, s3Server, type S3Options, type TestS3 } from '../../support/s3.js';
import { quietWork } from '../../support/work.js';

const one = Buffer.from('{"a":1}\n');
const two = Buffer.from('{"b":22}\n');

interface Machine {
  readonly store: ArtifactStore;
  readonly hub: HubAccess;
  readonly resolve: (updateLock?: boolean) => Promise<SourceResolution>;
  readonly contents: (resolution: SourceResolution) => Promise<readonly string[]>;
}

interface Ready {
  readonly s3: TestS3;
  readonly corpora: Objects;
  readonly pattern: string;
  /** `out` of the run. */
  readonly out: string;
  /** A machine whose store has no copies of the objects. */
  readonly machine: () => Promise<Machine>;
}

async function ready(context: TestContext, options: S3Options = {}): Promise<Ready> {
  const s3 = await s3Server(context, options);
  const dir = await temporaryFolder(context);
  const onWarning = (line: string): void => context.diagnostic(line);
  const corpora = await openObjects(`s3://${s3.bucket}/corpora`, {
    env: s3.env,
    onWarning,
    count: () => undefined,
  });
  await corpora.put('a.jsonl', one);
  await corpora.put('b.jsonl', two);
  await corpora.put('empty.jsonl', Buffer.alloc(0));
  const pattern = `s3://${s3.bucket}/corpora/*.jsonl`;
  const out = join(dir, 'out');
  let machines = 0;
  return {
    s3,
    corpora,
    pattern,
    out,
    machine: async () => {
      machines += 1;
      const store = await openStore(join(dir, `store-${machines}`));
      const hub = createHubAccess({ store, env: { ...s3.env, HF_HOME: dir }, tuning: quick });
      return {
        store,
        hub,
        resolve: (updateLock = false) =>
          createHubActivities(hub).resolveSource(
            { source: sourceOf({ files: pattern }), out, updateLock },
            quietWork(),
          ),
        contents: async ({ resolution }) => {
          const { meta, files } = await readResolution(store, resolution);
          return await store.bring(
            files.map((file) => wantedFile(meta, file)),
            (paths) => Promise.all(paths.map((path) => readFile(path, 'utf8'))),
          );
        },
      };
    },
  };
}

async function lockIn(out: string): Promise<LockedObjects> {
  const entry = objectsIn((await readRecipeLock(out)).sources['corpus']);
  assert.ok(entry !== undefined);
  return entry;
}

/** Removes an object with its version, which no later request can have. */
async function removeVersion({ s3 }: Ready, key: string, VersionId: string): Promise<void> {
  const { sdk, client } = await connectS3(s3.env, defaultS3Tuning);
  await client.send(new sdk.DeleteObjectCommand({ Bucket: s3.bucket, Key: `corpora/${key}`, VersionId }));
  client.destroy();
}

const come = /^2 objects of s3:\/\/headrace-test\/corpora\/\*\.jsonl come from recipe\.lock\.json/;

void test('objects of buckets are in the lock by key, size, ETag and content, a line each', async (context) => {
  const { s3, pattern, out, machine } = await ready(context);
  const { resolve } = await machine();
  assert.deepEqual((await resolve()).notes, ['1 empty file (0 bytes) is skipped: empty.jsonl']);
  const { asked, files, emptyFiles } = await lockIn(out);
  assert.deepEqual(asked, { files: [pattern] });
  assert.deepEqual(emptyFiles, [`s3://${s3.bucket}/corpora/empty.jsonl`]);
  assert.deepEqual(
    files.map(({ etag, ...file }) => ({ ...file, etag: etag.length > 2 })),
    [
      {
        path: `s3://${s3.bucket}/corpora/a.jsonl`,
        sizeBytes: 8,
        etag: true,
        sha256: sha256(one).toString('hex'),
      },
      {
        path: `s3://${s3.bucket}/corpora/b.jsonl`,
        sizeBytes: 9,
        etag: true,
        sha256: sha256(two).toString('hex'),
      },
    ],
  );
  const text = await readFile(join(out, 'recipe.lock.json'), 'utf8');
  assert.equal(text.split('\n').filter((line) => line.includes('"etag"')).length, 2);
  assert.equal(text, lockText(await readRecipeLock(out)));
});

void test('a later run has the objects of the lock, also where others match now', async (context) => {
  const { corpora, out, machine } = await ready(context);
  const first = await (await machine()).resolve();
  const text = await readFile(join(out, 'recipe.lock.json'), 'utf8');
  await corpora.put('c.jsonl', one);
  const { resolve, contents } = await machine();
  const again = await resolve();
  assert.equal(again.resolution.key, first.resolution.key);
  assert.deepEqual(await contents(again), [String(one), String(two)]);
  assert.match(again.notes[0] ?? '', come);
  assert.match(
    again.notes[0] ?? '',
    /; since then: new .*c\.jsonl \(17 B before, 25 B now\)\. `--update-lock`/,
  );
  assert.equal(await readFile(join(out, 'recipe.lock.json'), 'utf8'), text);

  const updated = await resolve(true);
  assert.equal(updated.files, 3);
  assert.match(updated.notes.at(-1) ?? '', /^the lock moves to 3 objects of .*: new .*c\.jsonl/);
  assert.equal((await lockIn(out)).files.length, 3);
  assert.match((await resolve(true)).notes.at(-1) ?? '', /^the lock stays: 3 objects of /);
});

void test('an object that was replaced is one error, which names it, what was found, and what to do', async (context) => {
  const { corpora, pattern, out, machine } = await ready(context);
  const { hub, resolve, contents } = await machine();
  await resolve();
  await corpora.put('a.jsonl', Buffer.from('{"a":999}\n'));
  await corpora.put('b.jsonl', Buffer.from('{"b":999}\n'));
  const isNamed = (error: Error & { type?: string; remedy?: string }): boolean => {
    assert.equal(error.type, 'FileChangedError');
    assert.match(
      error.message,
      /^s3:\/\/headrace-test\/corpora\/a\.jsonl of the source corpus is not the object that recipe\.lock\.json names: expected ETag "\w+", 8 B; found ETag "\w+", 10 B; the same holds for 1 more object of it: .*b\.jsonl$/,
    );
    assert.match(error.remedy ?? '', /--update-lock.*`headrace retry-source RUN corpus --update-lock`/);
    return true;
  };
  await assert.rejects(resolve(), isNamed);
  await assert.rejects(
    inspectSource(hub, { source: sourceOf({ files: pattern }), out }, quietWork()),
    isNamed,
    'and before a run',
  );
  const updated = await resolve(true);
  assert.deepEqual(await contents(updated), ['{"a":999}\n', '{"b":999}\n']);
  assert.match(updated.notes.at(-1) ?? '', /^the lock moves to 2 objects .*: changed .*a\.jsonl, .*b\.jsonl/);
});

void test('an object that is gone is an error of its own, and one source of the lock can be resolved anew', async (context) => {
  const { corpora, out, machine } = await ready(context);
  const { store, resolve, contents } = await machine();
  await resolve();
  await corpora.remove(['b.jsonl']);
  await assert.rejects(resolve(), {
    type: 'FileNotFoundError',
    message: /b\.jsonl of the source corpus .* names: expected ETag "\w+", 9 B; found no object$/,
  });
  await lockPlace(store, out).remove('corpus', quietWork().signal);
  assert.deepEqual(await contents(await resolve()), [String(one)]);
});

void test('an object that has its size and ETag, but not its content, is not taken for the locked one', async (context) => {
  const { out, machine } = await ready(context);
  const { store, resolve } = await machine();
  await resolve();
  const lock = lockPlace(store, out);
  const { files, ...entry } = await lockIn(out);
  const other = files.map((file) => ({ ...file, sha256: '0'.repeat(64) }));
  await lock.enter('corpus', { ...entry, files: other }, quietWork().signal);
  await assert.rejects(resolve(), {
    type: 'FileChangedError',
    message: /expected SHA-256 0{64}, found \w{64}$/,
  });
});

void test('where the bucket keeps versions, the locked ones are read after they were replaced and removed', async (context) => {
  const all = await ready(context, { keepsVersions: true });
  const { corpora, out, machine } = all;
  const first = await (await machine()).resolve();
  const { files } = await lockIn(out);
  assert.ok(files.every(({ versionId }) => versionId !== undefined));
  await corpora.put('a.jsonl', Buffer.from('{"a":999}\n'));
  await corpora.remove(['b.jsonl']);
  const { resolve, contents } = await machine();
  const again = await resolve();
  assert.equal(again.resolution.key, first.resolution.key);
  assert.deepEqual(await contents(again), [String(one), String(two)]);
  assert.match(again.notes[0] ?? '', /since then: changed .*a\.jsonl; gone .*b\.jsonl \(/);
  await corpora.remove(['a.jsonl']);
  assert.match((await resolve()).notes[0] ?? '', /since then: none is there now\./);

  await removeVersion(all, 'b.jsonl', files[1]?.versionId ?? '');
  await assert.rejects(resolve(), {
    type: 'FileNotFoundError',
    message: /b\.jsonl of the source corpus .*: expected version \w+, ETag "\w+", 9 B; found no object$/,
  });
  await corpora.put('b.jsonl', two);
  await assert.rejects(resolve(), {
    type: 'FileChangedError',
    message: /expected version \w+, ETag ("\w+"), 9 B; found version \w+, ETag \1, 9 B$/,
  });
  assert.equal((await resolve(true)).files, 1);
});

void test('objects that were locked before the bucket kept versions are read as its oldest ones', async (context) => {
  const { s3, corpora, machine } = await ready(context, { mayKeepVersions: true });
  await (await machine()).resolve();
  await keepVersions(s3.env);
  await corpora.put('a.jsonl', Buffer.from('{"a":999}\n'));
  const { resolve, contents } = await machine();
  assert.deepEqual(await contents(await resolve()), [String(one), String(two)]);
});

void test('a store in a bucket keeps the entries for workers on other machines', async (context) => {
  const { s3, corpora, pattern } = await ready(context, { keepsVersions: true });
  const dir = await temporaryFolder(context);
  const out = `${s3.place}/runs/r`;
  const machine = async (name: string) => {
    const store = await openStore(s3.place, { env: { ...s3.env, HEADRACE_CACHE: join(dir, name) } });
    const hub = createHubAccess({ store, env: { ...s3.env, HF_HOME: dir }, tuning: quick });
    const input = { source: sourceOf({ files: pattern }), out };
    return { store, resolve: () => createHubActivities(hub).resolveSource(input, quietWork()) };
  };
  const first = await (await machine('a')).resolve();
  await corpora.put('a.jsonl', Buffer.from('{"a":999}\n'));
  const { store, resolve } = await machine('b');
  assert.equal((await resolve()).resolution.key, first.resolution.key);
  await lockPlace(store, out).remove('corpus', quietWork().signal);
  assert.notEqual((await resolve()).resolution.key, first.resolution.key);
});

void test('plan updates the lock, and copies nothing', async (context) => {
  const { s3, corpora, pattern, out, machine } = await ready(context);
  const { store, hub, resolve } = await machine();
  await resolve();
  await corpora.put('c.jsonl', one);
  const recipe = { ...recipeFrom(`name: r\nsources: [{ name: corpus, files: "${pattern}" }]`, out), out };
  const [source] = recipe.sources;
  assert.ok(source !== undefined);
  const planner = createPlanner({ store, hub, env: s3.env, work: quietWork() }, recipe, true);
  const { plan } = await planSource(planner, source);
  assert.ok(
    plan.notes.some((note) => note.startsWith('the lock moves to 3 objects')),
    plan.notes.join('\n'),
  );
  assert.deepEqual(
    (await lockIn(out)).files.map((file) => file.sha256),
    [undefined, undefined, undefined],
  );
  assert.equal((await resolve()).files, 3);
  assert.ok((await lockIn(out)).files.every((file) => file.sha256 !== undefined));
});
