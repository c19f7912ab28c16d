import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heartbeats, queueOfRole, roleNamed, roleOf, roles, rolesFor } from '../../../../core/run/roles.js';
import { recipeOf, trainYaml } from '../../../workflows/fake-activities.js';
import { parseRecipe } from '../../../../client/recipe/recipe-file.js';

void test('workflows and short questions have the task queue itself, other roles one that begins with it', () => {
  assert.deepEqual(
    roles.map((role) => queueOfRole('headrace-1f0e', role)),
    ['headrace-1f0e', 'headrace-1f0e-io', 'headrace-1f0e-cpu', 'headrace-1f0e-train'],
  );
});

void test('a question about a source does not wait behind downloads', () => {
  assert.notEqual(roleOf('resolveSource'), roleOf('downloadFiles'));
  assert.equal(roleNamed('downloadFiles'), 'io');
  assert.equal(roleNamed('noActivity'), undefined);
});

void test('a run needs the roles that its recipe has work for', () => {
  assert.deepEqual(rolesFor(recipeOf('x', ['a'], trainYaml)), ['main', 'io', 'cpu', 'train']);
  assert.deepEqual(rolesFor(recipeOf('x', ['a'])), ['main', 'io', 'cpu']);
  const of = (files: string) =>
    rolesFor(parseRecipe(`name: x\nsources:\n  - { name: a, files: ${files} }\n`, 'x.yaml', { cwd: '/tmp' }));
  assert.deepEqual(of('a.jsonl'), ['main', 'cpu']);
  assert.deepEqual(of('s3://corpora/a.jsonl'), ['main', 'io', 'cpu']);
});

void test('a worker counts as lost only after it has missed several heartbeats', () => {
  for (const role of roles) assert.ok(heartbeats[role].timeoutMs >= 5 * heartbeats[role].everyMs, role);
});
