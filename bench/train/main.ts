import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startHub } from '../../dev/hub/index.js';
import { tinyModelDir } from '../../dev/tinker/model-files.js';
import { startTinkerServer } from '../../dev/tinker/server/index.js';
import { measure, type Measured } from './measure.js';
import { trainOurs } from './ours.js';

/**
 * Headrace and the Tinker cookbook against the same SIMULATED server, in which every operation takes the same
 * time: `node dist/bench/train/main.js [--latency MS] [--steps N] [--every N] [--python PATH]`. Prints a
 * table. Without an interpreter that has `tinker-cookbook` the cookbook is left out.
 */
const { values } = parseArgs({
  options: {
    latency: { type: 'string', default: '200' },
    steps: { type: 'string', default: '30' },
    every: { type: 'string', default: '10' },
    python: { type: 'string' },
  },
});
const latencyMs = Number(values.latency);
const rule = {
  model: 'headrace/tiny-qwen3',
  renderer: 'qwen3_instruct',
  maxTokens: 512,
  batchSize: 32,
  steps: Number(values.steps),
  saveEvery: Number(values.every),
};
const dir = await mkdtemp(join(tmpdir(), 'headrace-bench-train-'));
const file = join(dir, 'train.jsonl');
const words = 'the river runs past a quiet mill where old bread is baked and sold each day'.split(' ');
const line = (row: number): string => {
  const sentence = Array.from({ length: 40 }, (_, at) => words[(row * 7 + at * 3) % words.length]).join(' ');
  const messages = [
    { role: 'user', content: `Tell me about ${row}.` },
    { role: 'assistant', content: `${row}: ${sentence}.` },
  ];
  return `${JSON.stringify({ messages })}\n`;
};
await writeFile(file, Array.from({ length: rule.steps * rule.batchSize }, (_, row) => line(row)).join(''));
await cp(tinyModelDir(), join(dir, 'hub', 'models', rule.model), { recursive: true });
const hub = await startHub({ root: join(dir, 'hub') });

async function against(name: string, train: (serverUrl: string) => Promise<void>): Promise<Measured> {
  const server = await startTinkerServer({
    modelDir: tinyModelDir(),
    stateDir: join(dir, `state-${name}`),
    simulated: { latencyMs },
    log: (said) => process.stderr.write(`${said}\n`),
  });
  try {
    await train(server.url);
    return await measure(server.url);
  } finally {
    await server.close();
  }
}

async function cookbook(serverUrl: string): Promise<void> {
  const script = fileURLToPath(new URL('../../../bench/train/cookbook_loop.py', import.meta.url));
  const config = JSON.stringify({ ...rule, file, logPath: join(dir, 'cookbook') });
  const { stdout } = await promisify(execFile)(values.python ?? '', [script, config], {
    env: {
      ...process.env,
      HF_ENDPOINT: hub.url,
      HF_HOME: join(dir, 'home'),
      TINKER_BASE_URL: serverUrl,
      TINKER_API_KEY: 'tml-bench',
      TINKER_TELEMETRY: '0',
    },
    maxBuffer: 2 ** 26,
  });
  process.stderr.write(`${stdout.trim().split('\n').at(-1) ?? ''}\n`);
}

const ours = (name: string, keepClient: boolean): Promise<Measured> =>
  against(name, (serverUrl) => trainOurs({ ...rule, dir: join(dir, name), file, serverUrl, keepClient }));

const rows: [string, Measured][] = [
  ['Headrace', await ours('ours', true)],
  ['Headrace, client lost at every boundary', await ours('reloading', false)],
];
if (values.python !== undefined) rows.push(['Tinker cookbook', await against('cookbook', cookbook)]);
await hub.close();
await rm(dir, { recursive: true, force: true });

const ms = (value: number): string => value.toFixed(0);
const latencies = (value: number): string => (value / latencyMs).toFixed(2);
process.stdout
  .write(`SIMULATED server, ${latencyMs} ms an operation, ${rule.steps} steps, a checkpoint every ${rule.saveEvery}

| loop | wall a step, ms | server idle in all, ms | of it between steps, ms | boundary, latencies | of it idle, latencies |
| --- | --- | --- | --- | --- | --- |
${rows.map(([name, m]) => `| ${name} | ${ms(m.wallMs / m.steps)} | ${ms(m.idleMs)} | ${ms(m.idleInStepsMs)} | ${latencies(m.boundaryMs)} | ${latencies(m.boundaryIdleMs)} |`).join('\n')}
`);
