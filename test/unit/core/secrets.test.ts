import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secrets } from '../../../core/secrets.js';

void test('secrets of the environment and those learned later are removed, a longer one before one that it begins with', () => {
  const secrets = new Secrets({ HF_TOKEN: ' hf_abcdef\n', TINKER_API_KEY: undefined, HOME: '/root' });
  assert.equal(secrets.scrub('said hf_abcdef twice: hf_abcdef'), 'said *** twice: ***');
  secrets.learn('hf_abcdef_longer');
  secrets.learn('tml-key');
  assert.equal(secrets.scrub('hf_abcdef_longer, tml-key'), '***, ***');
});

void test('what is too short to be a secret stays', () => {
  const secrets = new Secrets({ HF_TOKEN: 'a' });
  secrets.learn('token');
  secrets.learn(undefined);
  assert.equal(secrets.scrub('a token'), 'a token');
});

void test('whatever the environment calls a token, key, secret or password is one, and so is the password of a proxy', () => {
  const { scrub } = new Secrets({
    CLOUDFLARE_ACCESS_CLIENT_SECRET: 'cf-secret',
    HTTPS_PROXY: 'http://user:proxy-word@proxy.example:3128',
    HOME: '/home/somebody',
  });
  assert.equal(
    scrub('cf-secret by http://user:proxy-word@proxy.example:3128 in /home/somebody'),
    '*** by http://user:***@proxy.example:3128 in /home/somebody',
  );
});

void test('keys of AWS and signatures of requests are removed', () => {
  const { scrub } = new Secrets({
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret/key',
    AWS_SESSION_TOKEN: 'session-token',
  });
  assert.equal(scrub('AKIAEXAMPLE secret/key session-token'), '*** *** ***');
  assert.equal(
    scrub('https://s3/a?X-Amz-Credential=AKIA%2Fa&X-Amz-Signature=0f1e&x-id=GetObject'),
    'https://s3/a?X-Amz-Credential=***&X-Amz-Signature=***&x-id=GetObject',
  );
  assert.equal(
    scrub('AWS4-HMAC-SHA256 Credential=K/2026/s3, SignedHeaders=host, Signature=0f1e'),
    'AWS4-HMAC-SHA256 Credential=***, SignedHeaders=host, Signature=***',
  );
});
