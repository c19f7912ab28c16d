import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type * as library from '../../client/index.js';
import { writeConversations } from '../support/conversations.js';
import { temporaryFolder } from '../support/folder.js';

const folder = await temporaryFolder();
const packageName = 'headrace';

void test('a program that imports the package mixes a recipe without Temporal', async () => {
  const { mix, parseRecipe } = (await import(packageName)) as typeof library;
  await writeConversations(join(folder, 'chats.jsonl'), 50, 3);
  const recipe = parseRecipe(
    'name: here\nsources:\n  - { name: chats, files: chats.jsonl, rows: 20 }\n',
    'x',
    {
      cwd: folder,
    },
  );
  const stages = new Set<string>();
  const result = await mix(recipe, {
    storeRoot: join(folder, 'store'),
    env: {},
    progress: ({ stage }) => stages.add(stage),
  });
  const bytes = await readFile(join(folder, 'runs/here/train.jsonl'));
  assert.equal(bytes.toString().trim().split('\n').length, 20);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), result.train.sha256);
  assert.ok(stages.has('convert') && stages.has('mix'), [...stages].join(', '));
  const again = await mix(recipe, { storeRoot: join(folder, 'store'), env: {} });
  assert.equal(again.reusedPieces, again.pieces);
});

void test('caps and replacements are checked before they are sent to a run', async () => {
  const { capChange, parseRecipe, replacement } = (await import(packageName)) as typeof library;
  const recipe = parseRecipe(
    'name: here\nsources:\n  - { name: a, files: a.jsonl, rows: 5 }\n  - { name: b, dataset: o/b, revision: v1, share: 0.2 }\n',
    'x',
  );
  assert.deepEqual(capChange({ recipe }, ['a=all', 'b=12.5%'], '').caps, { a: {}, b: { share: 0.125 } });
  assert.throws(() => capChange({ recipe }, ['b=100%'], ''), /shares must sum to less than 1/);
  assert.throws(() => capChange({ recipe }, ['c=1'], ''), /no source "c"; it has a, b/);
  assert.throws(() => capChange({ recipe }, ['a=-1'], ''), /"a=-1" is not a cap/);
  const moved = replacement({ recipe }, 'b', { revision: 'v2' });
  assert.deepEqual(
    { dataset: moved.source.dataset, revision: moved.source.revision, share: moved.source.share },
    { dataset: 'o/b', revision: 'v2', share: 0.2 },
  );
  const local = replacement({ recipe }, 'b', { files: ['/b.jsonl'] }).source;
  assert.deepEqual([local.files, local.dataset, local.revision], [['/b.jsonl'], undefined, undefined]);
  const hub = replacement({ recipe }, 'a', { dataset: 'o/a' }).source;
  assert.deepEqual([hub.files, hub.dataset, hub.rows], [undefined, 'o/a', 5]);
  assert.throws(() => replacement({ recipe }, 'a', { revision: 'v2' }), /revision/);
});
