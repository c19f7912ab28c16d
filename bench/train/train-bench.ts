import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startHub } from '../../dev/hub/index.js';
import { shippedModelDir } from '../../dev/stack/shipped.js';
import { startTinkerServer } from '../../dev/tinker/server/index.js';
import { defineBench } from '../bench.js';
import { markdownTable } from '../markdown-table.js';
import { trainOurs } from './ours.js';
import { serverTime, type ServerTime } from './server-time.js';

const Options = z.object({
  latency: z.coerce.number().positive().default(200).describe('ms of an operation of the server'),
  steps: z.coerce.number().int().positive().default(30).describe('steps of the training'),
  every: z.coerce.number().int().positive().default(10).describe('steps between checkpoints'),
  python: z.string().optional().describe('an interpreter with tinker-cookbook; without it Headrace alone'),
});

/** Trains against a SIMULATED server, in which every operation takes the same time. */
export const trainBench = defineBench({
  summary: 'trains on a simulated Tinker server with Headrace and with tinker-cookbook',
  options: Options,
  run: async ({ latency, steps, every, python }) => {
    const rule = { ...training, steps, saveEvery: every };
    const dir = await mkdtemp(join(tmpdir(), 'headrace-bench-train-'));
    const file = join(dir, 'train.jsonl');
    await writeFile(file, trainingLines(steps * rule.batchSize));
    const ours = (name: string, keepClient: boolean): Promise<ServerTime> =>
      against({ dir, name, latencyMs: latency }, (serverUrl) =>
        trainOurs({ ...rule, dir: join(dir, name), file, serverUrl, keepClient }),
      );
    const results: [string, ServerTime][] = [
      ['Headrace', await ours('ours', true)],
      ['Headrace, every segment on a new client', await ours('reloading', false)],
    ];
    if (python !== undefined) {
      const train = (serverUrl: string): Promise<void> =>
        trainCookbook(python, { ...rule, file }, dir, serverUrl);
      const cookbook = await against({ dir, name: 'cookbook', latencyMs: latency }, train);
      results.push(['`tinker-cookbook`', cookbook]);
    }
    await rm(dir, { recursive: true, force: true });
    const caption = `SIMULATED server, ${latency} ms an operation, ${steps} steps, a checkpoint every ${every}`;
    return `${caption}\n\n${table(results, latency)}`;
  },
});

const training = {
  model: 'headrace/tiny-qwen3',
  renderer: 'qwen3_instruct',
  maxTokens: 512,
  batchSize: 32,
} as const;

function trainingLines(count: number): string {
  const words = 'the river runs past a quiet mill where old bread is baked and sold each day'.split(' ');
  const line = (row: number): string => {
    const sentence = Array.from({ length: 40 }, (_, at) => words[(row * 7 + at * 3) % words.length]);
    const messages = [
      { role: 'user', content: `Tell me about ${row}.` },
      { role: 'assistant', content: `${row}: ${sentence.join(' ')}.` },
    ];
    return `${JSON.stringify({ messages })}\n`;
  };
  return Array.from({ length: count }, (_, row) => line(row)).join('');
}

interface Simulation {
  readonly dir: string;
  readonly name: string;
  readonly latencyMs: number;
}

/** Trains against a new server; returns what the server measured. */
async function against(
  { dir, name, latencyMs }: Simulation,
  train: (serverUrl: string) => Promise<void>,
): Promise<ServerTime> {
  const server = await startTinkerServer({
    modelDir: shippedModelDir,
    stateDir: join(dir, `state-${name}`),
    simulated: { latencyMs },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    await train(server.url);
    return await serverTime(server.url);
  } finally {
    await server.close();
  }
}

/** Runs the cookbook's loop, which finds its tokenizer on a local Hub. */
async function trainCookbook(python: string, rule: object, dir: string, serverUrl: string): Promise<void> {
  await cp(shippedModelDir, join(dir, 'hub', 'models', training.model), { recursive: true });
  const hub = await startHub({ root: join(dir, 'hub') });
  try {
    const script = fileURLToPath(new URL('../../../bench/train/cookbook_loop.py', import.meta.url));
    const config = JSON.stringify({ ...rule, logPath: join(dir, 'cookbook') });
    const { stdout } = await promisify(execFile)(python, [script, config], {
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
  } finally {
    await hub.close();
  }
}

function table(results: readonly (readonly [string, ServerTime])[], latencyMs: number): string {
  const ms = (value: number): string => value.toFixed(0);
  const latencies = (value: number): string => (value / latencyMs).toFixed(2);
  const rows = results.map(([name, time]) => [
    name,
    ms(time.wallMs / time.steps),
    ms(time.idleMs),
    ms(time.idleInStepsMs),
    latencies(time.boundaryMs),
    latencies(time.boundaryIdleMs),
  ]);
  return markdownTable(
    [
      'loop',
      'wall a step, ms',
      'server idle in all, ms',
      'of it between steps, ms',
      'boundary, latencies',
      'of it idle, latencies',
    ],
    rows,
  );
}
