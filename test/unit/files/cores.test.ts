import assert from 'node:assert/strict';
import { test } from 'node:test';
import { availableCores, quotaOf } from '../../../files/cores.js';
import type { ReadText } from '../../../files/cores.js';

const files =
  (content: Readonly<Record<string, string>>): ReadText =>
  (path) =>
    content[path] ?? '';

void test('the CPU limit of a container with cgroup v2 bounds the processors', () => {
  const read = files({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '150000 100000\n' });
  assert.equal(quotaOf(read), 1.5);
});

void test('the tightest limit of the cgroups above counts', () => {
  const read = files({
    '/proc/self/cgroup': '0::/pod/one\n',
    '/sys/fs/cgroup/pod/one/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/pod/cpu.max': '20000 100000\n',
    '/sys/fs/cgroup/cpu.max': 'max 100000\n',
  });
  assert.equal(quotaOf(read), 0.2);
});

void test('the limit of cgroup v1 is read too, and -1 is none', () => {
  const cgroup = '4:memory:/m\n2:cpu,cpuacct:/docker/a\n0::/\n';
  const of = (quota: string): number =>
    quotaOf(
      files({
        '/proc/self/cgroup': cgroup,
        '/sys/fs/cgroup/cpu/docker/a/cpu.cfs_quota_us': `${quota}\n`,
        '/sys/fs/cgroup/cpu/docker/a/cpu.cfs_period_us': '100000\n',
      }),
    );
  assert.equal(of('200000'), 2);
  assert.equal(of('-1'), Number.POSITIVE_INFINITY);
});

void test('without cgroups there is no limit, and there is always a processor', () => {
  assert.equal(
    quotaOf(() => ''),
    Number.POSITIVE_INFINITY,
  );
  assert.ok(Number.isInteger(availableCores()) && availableCores() >= 1);
});
