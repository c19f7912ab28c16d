import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeLifecycle, type LifecycleRule } from '../../../core/store/lifecycle.js';

const expires = { Expiration: { Days: 30 } } satisfies LifecycleRule;

/** What an enabled rule does to a store below `headrace/`. */
function harmsOf(rule: LifecycleRule): readonly string[] {
  const { harms } = judgeLifecycle([{ ID: 'r', Status: 'Enabled', ...rule }], 'headrace/');
  return harms.map((harm) => `${harm.rule} ${harm.does}`);
}

void test('a rule that expires objects does harm at, above and below the prefix of the store, in each spelling', () => {
  const below = (prefix: string): string[] => [`rule "r" expires objects below ${prefix} after 30 days`];
  assert.deepEqual(harmsOf(expires), ['rule "r" expires all objects of the bucket after 30 days']);
  assert.deepEqual(harmsOf({ ...expires, Filter: {} }).length, 1);
  assert.deepEqual(harmsOf({ ...expires, Prefix: '' }).length, 1);
  assert.deepEqual(harmsOf({ ...expires, Prefix: 'headrace/' }), below('headrace/'));
  // Prefixes are of text and not of folders.
  assert.deepEqual(harmsOf({ ...expires, Filter: { Prefix: 'head' } }), below('head'));
  assert.deepEqual(harmsOf({ ...expires, Filter: { And: { Prefix: 'headrace' } } }), below('headrace'));
  assert.deepEqual(
    harmsOf({ ...expires, Filter: { Prefix: 'headrace/artifacts/record/' } }),
    below('headrace/artifacts/record/'),
  );
  const onDay = { Expiration: { Date: new Date('2027-01-31T00:00:00Z') } };
  assert.deepEqual(harmsOf(onDay), ['rule "r" expires all objects of the bucket from 2027-01-31 on']);
});

void test('a rule for a part of the sizes does harm', () => {
  assert.deepEqual(harmsOf({ ...expires, Filter: { ObjectSizeGreaterThan: 1000 } }), [
    'rule "r" expires all objects of the bucket of more than 1000 bytes after 30 days',
  ]);
  const And = { Prefix: 'headrace/', ObjectSizeGreaterThan: 5, ObjectSizeLessThan: 9 };
  assert.deepEqual(harmsOf({ ...expires, Filter: { And } }), [
    'rule "r" expires objects below headrace/ of more than 5 and less than 9 bytes after 30 days',
  ]);
});

void test('a rule that archives objects does harm; one that moves them to a class that is read at once does not', () => {
  for (const StorageClass of ['GLACIER', 'DEEP_ARCHIVE'])
    assert.deepEqual(harmsOf({ Transitions: [{ Days: 90, StorageClass }] }), [
      `rule "r" archives all objects of the bucket after 90 days (${StorageClass})`,
    ]);
  for (const StorageClass of ['INTELLIGENT_TIERING', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR'])
    assert.deepEqual(harmsOf({ Transitions: [{ Days: 90, StorageClass }] }), []);
  const both = { ...expires, Transitions: [{ Days: 5, StorageClass: 'GLACIER' }] };
  assert.equal(harmsOf(both).length, 2);
});

void test('rules that cannot reach an object of the store do no harm', () => {
  assert.deepEqual(harmsOf({ ...expires, Status: 'Disabled' }), []);
  assert.deepEqual(harmsOf({ ...expires, Filter: { Prefix: 'logs/' } }), []);
  assert.deepEqual(harmsOf({ ...expires, Filter: { Prefix: 'headrace-old/' } }), []);
  assert.deepEqual(harmsOf({ ...expires, Filter: { Tag: { Key: 'temporary', Value: 'yes' } } }), []);
  const And = { Prefix: 'headrace/', Tags: [{ Key: 'temporary', Value: 'yes' }] };
  assert.deepEqual(harmsOf({ ...expires, Filter: { And } }), []);
  assert.deepEqual(harmsOf({ NoncurrentVersionExpiration: { NoncurrentDays: 1 } }), []);
  assert.deepEqual(harmsOf({ Expiration: { ExpiredObjectDeleteMarker: true } }), []);
});

void test('results of runs are told apart, and a rule without an ID has a name', () => {
  const rule = { ...expires, Status: 'Enabled', Filter: { Prefix: 'headrace/runs/old' } };
  const [harm] = judgeLifecycle([rule], 'headrace/').harms;
  assert.equal(harm?.isOfResults, true);
  assert.equal(harm?.rule, 'a rule without an ID');
  assert.equal(judgeLifecycle([{ ...rule, Filter: { Prefix: 'runs/' } }], '').harms[0]?.isOfResults, true);
  assert.equal(judgeLifecycle([{ ...rule, Filter: {} }], 'headrace/').harms[0]?.isOfResults, false);
});

void test('incomplete uploads of the store end by an enabled rule at or above its prefix', () => {
  const ends = (rule: LifecycleRule): boolean =>
    judgeLifecycle(
      [{ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, ...rule }],
      'headrace/',
    ).endsUploads;
  assert.equal(ends({ Filter: { Prefix: 'headrace/' } }), true);
  assert.equal(ends({}), true);
  assert.equal(ends({ Filter: { Prefix: 'headrace/runs/' } }), false);
  assert.equal(ends({ Filter: { Prefix: 'other/' } }), false);
  assert.equal(ends({ Status: 'Disabled' }), false);
  assert.equal(judgeLifecycle([], 'headrace/').endsUploads, false);
});
