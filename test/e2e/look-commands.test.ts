import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startHub, type Hub } from '../../dev/hub/index.js';
import { temporaryFolder } from '../support/folder.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const cli = fileURLToPath(new URL('../../client/main.js', import.meta.url));
const lmsys = 'lmsys/lmsys-chat-1m';

interface Ready {
  readonly hub: Hub;
  readonly dir: string;
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Finished>;
}
interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The demo corpora on a local Hub, an empty store, and an environment without keys or Temporal. */
async function ready(t: TestContext): Promise<Ready> {
  const dir = await temporaryFolder(t);
  const hub = await startHub({ root: join(repository, 'dev/corpora/data/hub') });
  t.after(() => hub.close());
  const personal = /^(HF_|HUGGING|TINKER_|TEMPORAL_|HEADRACE_|XDG_)|_PROXY$/i;
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !personal.test(name)));
  return {
    hub,
    dir,
    run: async (args, env = {}) => {
      const child = spawn(process.execPath, [cli, ...args], {
        cwd: dir,
        env: {
          ...kept,
          HOME: dir,
          HEADRACE_STORE: join(dir, 'store'),
          HF_ENDPOINT: hub.url,
          // Nothing listens there.
          TEMPORAL_ADDRESS: '127.0.0.1:1',
          ...env,
        },
      });
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close') as Promise<[number | null]>,
      ]);
      return { code, stdout, stderr };
    },
  };
}

const Checks = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      what: z.string(),
      status: z.string(),
      message: z.string(),
      type: z.string().optional(),
      remedy: z.string().optional(),
    }),
  ),
});

void test('doctor lists everything that the full recipe needs and does not have, each failure with a remedy', async (t) => {
  const { run, hub, dir } = await ready(t);
  await mkdir(join(dir, 'fine-tuning'), { recursive: true });
  await writeFile(
    join(dir, 'fine-tuning/scaffolding_1000.jsonl'),
    '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}\n',
  );
  await writeFile(join(dir, 'fine-tuning/test_scaffolding.jsonl'), '');
  const recipe = join(repository, 'recipes/stage1.yaml');
  const { code, stdout } = await run(['doctor', recipe, '--json']);
  assert.equal(code, 1);
  const { ok, checks } = Checks.parse(JSON.parse(stdout));
  assert.equal(ok, false);
  const failures = checks.filter(({ status }) => status === 'failed');
  assert.deepEqual(
    failures.map(({ what, type }) => [what, type]),
    [
      ['temporal', 'TemporalUnavailableError'],
      ['tinker', 'TinkerKeyMissingError'],
      ['source ultrachat', 'FileNotFoundError'],
      ['source ultrachat-cuny-es', 'FileNotFoundError'],
      ['source toefl', 'FileNotFoundError'],
      ['source lmsys', 'HubTokenMissingError'],
    ],
  );
  assert.ok(failures.every(({ remedy }) => (remedy ?? '') !== ''));
  const gate = failures.find(({ what }) => what === 'source lmsys');
  assert.ok(gate?.remedy?.includes(`${hub.url}/datasets/${lmsys}`), gate?.remedy);
  const messageFor = (what: string): string => checks.find((check) => check.what === what)?.message ?? '';
  assert.match(messageFor('hub token'), /^none for/);
  assert.match(messageFor('source prosocial'), /^allenai\/prosocial-dialog at [0-9a-f]{12}, .*readable/);
  assert.match(messageFor('source magpie: columns'), /format magpie/);
  assert.match(messageFor('source scaffolding: columns'), /1 converted/);
  assert.ok(
    checks.some(({ status, message }) => status === 'warning' && /test_scaffolding\.jsonl/.test(message)),
  );
  assert.match(messageFor('disk'), /free on the disk of .* to download/);
  assert.equal(hub.stats().authorizationsAtStorage, 0);
});

void test('doctor reports a token that the Hub rejects as a failure of each check, and never prints it', async (t) => {
  const { run, dir } = await ready(t);
  const recipe = join(dir, 'recipe.yaml');
  await writeFile(recipe, `name: one\nsources: [{ name: lmsys, dataset: ${lmsys} }]\n`);
  const { code, stdout, stderr } = await run(['doctor', recipe], { HF_TOKEN: 'hf_planted_secret' });
  assert.equal(code, 1);
  assert.match(stdout, /^✗ hub token: HubTokenInvalidError: .*\n {4}→ Make a new token/m);
  assert.match(stdout, /^✗ source lmsys: HubTokenInvalidError/m);
  assert.match(stdout, /\d of \d checks failed/);
  assert.ok(!`${stdout}${stderr}`.includes('hf_planted_secret'));
});

const Plan = z.object({
  freeBytes: z.number(),
  sources: z.array(
    z.object({
      name: z.string(),
      download: z.object({ files: z.number(), bytes: z.number() }),
      reuse: z.object({ files: z.number(), bytes: z.number() }),
      convert: z.object({ pieces: z.number(), reusedPieces: z.number() }).nullable(),
      notes: z.array(z.string()),
      head: z.object({ rows: z.number(), findings: z.looseObject({ name: z.string() }) }).nullable(),
    }),
  ),
});

void test('plan lists what a run would download and convert, downloads no data, and writes the lock only with --update-lock', async (t) => {
  const { run, hub, dir } = await ready(t);
  const recipe = join(dir, 'recipe.yaml');
  const rows = '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}\n';
  await writeFile(join(dir, 'rows.jsonl'), rows);
  await writeFile(
    recipe,
    `name: two\nsources:\n  - { name: here, files: rows.jsonl }\n  - { name: prosocial, dataset: allenai/prosocial-dialog }\n`,
  );
  const first = await run(['plan', recipe, '--json']);
  assert.equal(first.code, 0, first.stderr);
  const [here, prosocial] = Plan.parse(JSON.parse(first.stdout)).sources;
  assert.deepEqual(here?.reuse, { files: 1, bytes: rows.length });
  assert.deepEqual(here?.convert, { pieces: 1, reusedPieces: 0 });
  assert.equal(prosocial?.download.files, 1);
  assert.equal(prosocial?.convert, null);
  assert.ok(hub.stats().bytes < 1_100_000, 'nothing but the README and the head of a file');
  assert.equal(here?.head?.rows, 1);
  assert.equal(prosocial?.head?.findings.name, 'prosocial');
  const lock = join(dir, 'runs/two/recipe.lock.json');
  await assert.rejects(readFile(lock), /ENOENT/);
  const moved = await run(['plan', recipe, '--update-lock']);
  assert.match(moved.stdout, /prosocial: the lock takes allenai\/prosocial-dialog at [0-9a-f]{12}/);
  assert.match(await readFile(lock, 'utf8'), /"sha256"|"gitOid"/);
  const explained = await run(['plan', recipe, '--explain']);
  assert.match(explained.stdout, / {2}download train\.json \(\d+ kB\)/);
  assert.match(explained.stdout, / {2}convert {2}.*rows\.jsonl/);
});

void test('preview shows rows before and after conversion, of all sources or of the one that is named', async (t) => {
  const { run, dir } = await ready(t);
  const recipe = join(dir, 'recipe.yaml');
  await writeFile(
    recipe,
    `name: one\nsources: [{ name: lmsys, dataset: ${lmsys}, filter: { language: English } }, { name: gone, files: nothing.jsonl }]\n`,
  );
  const one = await run(['preview', recipe, '--source', 'lmsys', '-n', '2', '--json'], {
    HF_TOKEN: 'hf_demo',
  });
  assert.equal(one.code, 0, one.stderr);
  const found = z
    .object({
      format: z.literal('lmsys'),
      rows: z.array(
        z.object({
          before: z.looseObject({ language: z.string() }),
          after: z.object({ messages: z.array(z.unknown()) }).nullable(),
        }),
      ),
    })
    .parse(JSON.parse(one.stdout));
  assert.equal(found.rows.length, 2);
  assert.ok(found.rows.every(({ before, after }) => before.language === 'English' && after !== null));
  const all = await run(['preview', recipe], { HF_TOKEN: 'hf_demo' });
  assert.equal(all.code, 1);
  assert.match(all.stdout, /── gone ──\nFileNotFoundError/);
  const unknown = await run(['preview', recipe, '--source', 'other']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /it has lmsys, gone/);
});

void test('cache gc reads an empty store, cache ls lists what is in one, and cache verify finds and repairs damage', async (t) => {
  const { run, dir } = await ready(t);
  const empty = await run(['cache', 'gc', '--dry-run']);
  assert.equal(empty.code, 0, empty.stderr);
  assert.match(empty.stdout, /Kept: what a run used in the last 30 days.*\nWould free 0 B in 0 items\./);
  await mkdir(join(dir, 'store/hub/datasets--o--n/blobs'), { recursive: true });
  await writeFile(join(dir, 'store/hub/datasets--o--n/blobs', 'e'.repeat(64)), 'not that');
  const listed = await run(['cache', 'ls']);
  assert.match(listed.stdout, /o\/n .*8 B.*nobody/);
  const damaged = await run(['cache', 'verify']);
  assert.equal(damaged.code, 1);
  assert.match(damaged.stdout, /✗ o\/n: .*its content has the hash/);
  assert.equal((await run(['cache', 'verify', '--repair'])).code, 0);
  assert.equal((await run(['cache', 'verify'])).code, 0);
});

void test('plan and doctor without a network say what to do then, and end with exit code 1', async (t) => {
  const { dir, run } = await ready(t);
  const recipe = join(dir, 'away.yaml');
  await writeFile(join(dir, 'a.jsonl'), '{"messages":[{"role":"assistant","content":"a"}]}\n');
  await writeFile(
    recipe,
    'name: away\nseed: 1\nsources:\n  - name: far\n    dataset: allenai/prosocial-dialog\n  - name: near\n    files: a.jsonl\n',
  );
  // Nothing listens there.
  const env = { HF_ENDPOINT: 'http://127.0.0.1:1' };
  for (const command of ['plan', 'doctor']) {
    const { code, stdout } = await run([command, recipe], env);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /HubUnavailableError/);
    assert.match(stdout, /Check the network and HF_ENDPOINT, then try again/);
    assert.match(stdout, /near/);
  }
});
