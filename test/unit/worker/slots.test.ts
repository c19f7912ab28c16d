import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roles } from '../../../core/run/roles.js';
import { newIdentity } from '../../../worker/identity.js';
import { ownTrainQueue } from '../../../worker/role-workers.js';
import { slotsFor } from '../../../worker/slots.js';

void test('a worker takes no more conversions than it has processors for, and one that waits for the disk', () => {
  assert.equal(slotsFor(1).cpu, 2);
  assert.equal(slotsFor(16).cpu, 17);
});

void test('two workers of one host and role have different names and train queues', () => {
  const [one, two] = [newIdentity(['io', 'cpu']), newIdentity(['io', 'cpu'])];
  assert.match(one.name, /^io,cpu@.+#[0-9a-f]{8}$/);
  assert.match(newIdentity(roles).name, /^headrace@/);
  assert.notEqual(one.name, two.name);
  assert.notEqual(ownTrainQueue('q', one), ownTrainQueue('q', two));
  assert.match(ownTrainQueue('q', one), /^q-train-/);
});
