import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLifecycle } from '../../../client/doctor/check-lifecycle.js';
import { checkLines } from '../../../client/doctor/checks.js';
import { s3Server } from '../../support/s3.js';

const operation = 'GetBucketLifecycleConfiguration';
const days = '<Expiration><Days>30</Days></Expiration>';
const aborts =
  '<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>';

const rulesOf = (rules: readonly string[]): string =>
  `<LifecycleConfiguration>${rules.map((rule) => `<Rule><Status>Enabled</Status>${rule}</Rule>`).join('')}</LifecycleConfiguration>`;

void test('SIMULATED rules: a lifecycle rule that expires or archives the store fails, one for results warns, and others pass', async (t) => {
  const s3 = await s3Server(t);
  const linesWith = async (...rules: readonly string[]): Promise<string> => {
    s3.proxy.clearFaults();
    s3.proxy.fault({ kind: 'answer', operation, xml: rulesOf(rules) });
    return (await checkLifecycle(s3.place, s3.env)).flatMap(checkLines).join('\n');
  };
  const bad = await linesWith(
    `<ID>all</ID><Filter/>${days}`,
    '<ID>cold</ID><Filter><And><Prefix>store/</Prefix><ObjectSizeGreaterThan>9</ObjectSizeGreaterThan></And></Filter><Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>',
    `<ID>results</ID><Filter><Prefix>store/runs/</Prefix></Filter>${days}`,
  );
  for (const line of [
    /^✗ store lifecycle: rule "all" expires all objects of the bucket after 30 days, .*\n {4}→ Disable the rule/m,
    /^✗ store lifecycle: rule "cold" archives objects below store\/ of more than 9 bytes after 90 days \(GLACIER\), /m,
    /^! store lifecycle: rule "results" expires objects below store\/runs\/ after 30 days, which are results/m,
  ])
    assert.match(bad, line);

  const logs = `<ID>logs</ID><Prefix>logs/</Prefix>${days}`;
  const versions =
    '<Filter/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>';
  assert.match(
    await linesWith(logs, versions),
    /^✓ store lifecycle: no rule expires or archives objects of the store; none ends incomplete uploads, which `npx headrace cache gc` removes after 7 days/,
  );
  const ends = `<Filter><Prefix>store/</Prefix></Filter>${aborts}`;
  assert.match(await linesWith(logs, ends), /^✓ .*; one ends incomplete uploads$/);
});

void test('a bucket without rules passes; a service or a key without the request is said as not checked, and not asked again', async (t) => {
  const s3 = await s3Server(t);
  const lines = async (): Promise<string> =>
    (await checkLifecycle(s3.place, s3.env)).flatMap(checkLines).join('\n');
  // The server of the tests does not know the request.
  assert.match(
    await lines(),
    /^! store lifecycle: not checked: 501 NotImplemented: .*\n {4}→ Look at the rules/,
  );
  assert.equal(s3.proxy.counts()[operation]?.requests, 1);
  const refusal = { kind: 'error', operation } as const;
  s3.proxy.fault({ ...refusal, status: 403, code: 'AccessDenied' });
  assert.match(await lines(), /^! store lifecycle: not checked: 403 AccessDenied/);
  s3.proxy.clearFaults();
  s3.proxy.fault({ ...refusal, status: 404, code: 'NoSuchLifecycleConfiguration' });
  assert.match(await lines(), /^✓ store lifecycle: no rule expires/);
});
