import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DCLinter } from 'dclint';
import { parse } from 'yaml';
import { z } from 'zod';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { alerts, panels } from '../../support/dashboards.js';
import { temporaryFolder } from '../../support/folder.js';
import { parsePromQl } from '../../support/promql.js';
import { runProgram, runScript } from '../support/run-python.js';
import { repositoryDir } from '../support/source-dir.js';

/** The files of deploy/ against linters and schemas: neither an engine nor a cluster runs them. */

const at = (...path: string[]): string => join(repositoryDir, 'deploy', ...path);
const read = (...path: string[]): Promise<string> => readFile(at(...path), 'utf8');
const kubernetes = '1.37';
/** Workers that receive SIGTERM are forced to end after two minutes. */
const longestShutdownS = 120;

async function hadolint(
  dockerfile: string,
): Promise<{ readonly code: number | null; readonly found: string }> {
  const { binDir } = await pythonEnvironment('deploy');
  const { code, stdout } = await runProgram(join(binDir, 'hadolint'), ['--no-color', '-'], {}, dockerfile);
  return { code, found: stdout };
}

void test('hadolint finds nothing in the Dockerfile, and something in a worse one', async () => {
  const dockerfile = await read('Dockerfile');
  assert.deepEqual(await hadolint(dockerfile), { code: 0, found: '' });
  const worse = await hadolint(dockerfile.replaceAll(/node:[\w.-]+/g, 'node'));
  assert.equal(worse.code, 1);
  assert.match(worse.found, /DL3006/);
});

void test('everything that the Dockerfile copies is in the repository or is built, and what it serves is what others expect', async () => {
  const dockerfile = await read('Dockerfile');
  const copied = [...dockerfile.matchAll(/^COPY --from=build \/opt\/headrace\/(\S+) \.\/(\S*)$/gm)];
  assert.ok(copied.length >= 5);
  for (const [, path = ''] of copied) await stat(join(repositoryDir, path));
  assert.match(dockerfile, /HEADRACE_METRICS=0\.0\.0\.0:9464/);
  assert.match(dockerfile, /^EXPOSE 9464$/m);
});

const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({ volumes: z.array(z.string()).default([]), stop_grace_period: z.string().optional() }),
  ),
});

const Linted = z.array(
  z.object({ messages: z.array(z.object({ line: z.number(), rule: z.string(), message: z.string() })) }),
);

function lintCompose(path: string): readonly string[] {
  // A merge key stands first, so that what it changes follows it.
  const rules = { 'service-keys-order': 0 } as const;
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
  return Linted.parse(linter.lintFiles([path], false)).flatMap(({ messages }) =>
    messages.map(({ line, rule, message }) => `${line}: ${rule}: ${message}`),
  );
}

void test('compose.yaml follows the schema of Compose, and a misspelt key does not', async (t) => {
  assert.deepEqual(lintCompose(at('compose.yaml')), []);
  const wrong = join(await temporaryFolder(t), 'compose.yaml');
  await writeFile(wrong, (await read('compose.yaml')).replace('image: postgres', 'imag: postgres'));
  assert.match(lintCompose(wrong).join('\n'), /invalid-schema.*postgresql/);
});

void test('the files that compose.yaml mounts exist, and its workers have time to save', async () => {
  const { services } = Compose.parse(parse(await read('compose.yaml'), { merge: true }));
  const mounted = Object.values(services).flatMap(({ volumes }) =>
    volumes.flatMap((volume) => /^(\.\/[^:]+):/.exec(volume)?.[1] ?? []),
  );
  assert.ok(mounted.length >= 6, mounted.join());
  for (const path of mounted) assert.ok((await stat(at(path))).isFile(), path);
  const workers = Object.entries(services).filter(([name]) => name.startsWith('worker-'));
  assert.equal(workers.length, 4);
  for (const [name, { stop_grace_period: grace = '' }] of workers)
    assert.ok(Number(/^(\d+)s$/.exec(grace)?.[1]) > longestShutdownS, name);
  const Prometheus = z.object({
    scrape_configs: z.tuple([
      z.object({
        job_name: z.literal('headrace'),
        dns_sd_configs: z.tuple([z.object({ names: z.array(z.string()), port: z.literal(9464) })]),
      }),
    ]),
  });
  const [{ dns_sd_configs: found }] = Prometheus.parse(
    parse(await read('prometheus/prometheus.yml')),
  ).scrape_configs;
  assert.deepEqual([...found[0].names].sort(), workers.map(([name]) => name).sort());
});

const Checked = z.array(z.object({ kind: z.string(), name: z.string(), problems: z.array(z.string()) }));

async function checkManifests(manifests: readonly string[]): Promise<z.infer<typeof Checked>> {
  const scaledObjectDefinition = await readFile(
    join(repositoryDir, 'test/golden/keda/scaledobjects.yaml'),
    'utf8',
  );
  const environment = await pythonEnvironment('deploy');
  const input = { manifests, scaledObjectDefinition, kubernetes };
  return await runScript(Checked, environment, 'kubernetes_manifests.py', {}, input);
}

async function manifestNames(): Promise<string[]> {
  const names = await readdir(at('kubernetes'));
  return names.filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml').sort();
}

void test('all manifests follow the schemas of Kubernetes and KEDA, and wrong fields and values do not', async () => {
  const manifests = await Promise.all((await manifestNames()).map((name) => read('kubernetes', name)));
  const checked = await checkManifests(manifests);
  assert.deepEqual(
    checked.filter(({ problems }) => problems.length > 0),
    [],
  );
  const kinds = new Set(checked.map(({ kind }) => kind));
  for (const kind of ['Deployment', 'ScaledObject', 'NetworkPolicy', 'PodDisruptionBudget', 'ConfigMap'])
    assert.ok(kinds.has(kind), kind);
  const wrong = await checkManifests([
    (await read('kubernetes', 'worker-cpu.yaml')).replace('minReadySeconds:', 'minReadySecond:'),
    (await read('kubernetes', 'scaler-cpu.yaml')).replace('minReplicaCount: 1', "minReplicaCount: 'none'"),
    (await read('kubernetes', 'scaler-cpu.yaml')).replace('cooldownPeriod:', 'coolDownPeriod:'),
  ]);
  assert.match(wrong[0]?.problems.join() ?? '', /minReadySecond/);
  assert.match(wrong[1]?.problems.join() ?? '', /'none' is not of type 'integer'/);
  assert.match(wrong[2]?.problems.join() ?? '', /coolDownPeriod/);
});

void test('the kustomization applies every manifest but the example of secrets, and each scaler scales a Deployment', async () => {
  const Kustomization = z.object({ resources: z.array(z.string()) });
  const { resources } = Kustomization.parse(parse(await read('kubernetes', 'kustomization.yaml')));
  const names = await manifestNames();
  assert.deepEqual(
    [...resources].sort(),
    names.filter((name) => name !== 'secrets.example.yaml'),
  );
  const Deployment = z.object({
    metadata: z.object({ name: z.string() }),
    spec: z.object({
      template: z.object({ spec: z.object({ terminationGracePeriodSeconds: z.number() }) }),
    }),
  });
  const Scaler = z.object({ spec: z.object({ scaleTargetRef: z.object({ name: z.string() }) }) });
  const deployments: string[] = [];
  for (const name of names.filter((file) => file.startsWith('worker-'))) {
    const { metadata, spec } = Deployment.parse(parse(await read('kubernetes', name)));
    assert.ok(spec.template.spec.terminationGracePeriodSeconds > longestShutdownS, name);
    deployments.push(metadata.name);
  }
  for (const name of names.filter((file) => file.startsWith('scaler-'))) {
    const { spec } = Scaler.parse(parse(await read('kubernetes', name)));
    assert.ok(deployments.includes(spec.scaleTargetRef.name), name);
  }
});

void test('the expressions of alerts and dashboard are PromQL, and a wrong one is refused with its place', async () => {
  const rules = await alerts(repositoryDir);
  for (const { expr } of rules) assert.ok(parsePromQl(expr).selectors.length > 0, expr);
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  const shown = await panels(repositoryDir);
  for (const { type, title, targets } of shown) {
    assert.equal(type === 'row', targets.length === 0, title);
    for (const { expr } of targets) assert.ok(parsePromQl(expr).selectors.length > 0, expr);
  }
  assert.throws(() => parsePromQl('sum by (role (up)'), /\n {21}\^ cannot be parsed/);
});

void test('a label in the text of an alert is one that its expression keeps', async () => {
  for (const { alert, expr, annotations } of await alerts(repositoryDir)) {
    const { grouping, selectors } = parsePromQl(expr);
    const kept = new Set([
      ...grouping,
      ...selectors.flatMap(({ metric }) => (metric === 'up' ? 'instance' : [])),
    ]);
    for (const [, label = ''] of annotations.summary.matchAll(/\$labels\.(\w+)/g))
      assert.ok(kept.has(label), `${alert}: ${label}`);
  }
});

void test('no two panels of the dashboard overlap', async () => {
  const taken = new Set<string>();
  for (const { title, gridPos } of await panels(repositoryDir))
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        assert.ok(x < 24 && !taken.has(`${x} ${y}`), title);
        taken.add(`${x} ${y}`);
      }
});
