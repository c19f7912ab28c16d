import { execFile, fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { availableParallelism, cpus, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { measure, type Cost } from './measure.js';
import { makePeers, type Peer } from './peers.js';
import { defined } from '../../core/defined.js';

/**
 * Downloads the same files with Headrace, `hf download`, `@huggingface/hub` and curl from one local Hub, each
 * with and without a kill when half of the bytes were served, and prints a table in Markdown.
 *
 *     npm run build
 *     node dist/bench/download/main.js [--files 3] [--megabytes 500] [--repeat 3]
 *       [--rate <MB/s a connection>]
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '3' },
    megabytes: { type: 'string', default: '500' },
    rate: { type: 'string' },
    repeat: { type: 'string', default: '3' },
  },
});
const files = Number(values.files);
const fileBytes = Number(values.megabytes) * 1e6;
const rate = values.rate === undefined ? undefined : Number(values.rate) * 1e6;
const repeat = Number(values.repeat);
const benchDir = join(homedir(), '.cache', 'headrace', 'bench');
const dataset = `bench/corpus-${files}-${values.megabytes}`;
const paths = Array.from({ length: files }, (_, index) => {
  const number = (value: number): string => String(value).padStart(5, '0');
  return `data/train-${number(index)}-of-${number(files)}.parquet`;
});
const Served = z.object({ bytes: z.number(), requests: z.number(), mostAtOnce: z.number() });
type Served = z.infer<typeof Served>;

await makeCorpus();
const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)), [
  join(benchDir, 'hub'),
  join(benchDir, 'hub-state'),
]);
try {
  const [hello] = (await once(server, 'message')) as [unknown];
  const { url } = z.object({ url: z.string() }).parse(hello);
  const peers = await makePeers(benchDir, dataset, paths);
  // The Hub hashes its files at the first question.
  await fetch(`${url}/api/datasets/${dataset}/tree/main?recursive=true`).then((answer) => answer.text());
  const rows: string[] = [];
  for (const withKill of [false, true]) {
    const fastest = new Map<Peer, Run>();
    // In turns: what else the machine does strikes all of them.
    for (let round = 0; round < repeat; round += 1)
      for (const peer of peers) {
        const run = await download(peer, url, withKill);
        process.stderr.write(`${peer.name}${withKill ? ', killed' : ''}: ${run.wallSeconds.toFixed(2)} s\n`);
        const before = fastest.get(peer);
        if (before === undefined || run.wallSeconds < before.wallSeconds) fastest.set(peer, run);
      }
    for (const [peer, run] of fastest) rows.push(rowOf(peer, withKill, run));
  }
  const limited = rate === undefined ? '' : `, each connection limited to ${values.rate ?? ''} MB/s`;
  process.stdout.write(
    [
      `${files} files of ${values.megabytes} MB${limited}; ${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores; Node ${process.version}; best wall time of ${repeat}`,
      '',
      '| client | kill | wall s | MB/s | CPU s | peak RSS MB | MB requested | connections |',
      '| --- | --- | --: | --: | --: | --: | --: | --: |',
      ...rows,
      '',
    ].join('\n'),
  );
} finally {
  server.disconnect();
}

interface Run extends Cost {
  readonly served: Served;
}

async function download(peer: Peer, url: string, withKill: boolean): Promise<Run> {
  const folder = join(benchDir, 'out');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // What the last run wrote is not to be paid for by this one.
  await promisify(execFile)('sync');
  await ask(server, { ask: 'reset', ...defined({ bytesPerSecond: rate }) });
  const command = peer.command(url, folder);
  try {
    const half = (files * fileBytes) / 2;
    const first = withKill
      ? await measure(command, async () => (await ask(server, { ask: 'stats' })).bytes >= half)
      : undefined;
    const last = await measure(command);
    if (last.exitCode !== 0) throw new Error(`${peer.name} ended with ${last.exitCode}: ${last.said}`);
    return {
      ...last,
      wallSeconds: last.wallSeconds + (first?.wallSeconds ?? 0),
      cpuSeconds: last.cpuSeconds + (first?.cpuSeconds ?? 0),
      peakBytes: Math.max(last.peakBytes, first?.peakBytes ?? 0),
      served: await ask(server, { ask: 'stats' }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ask(
  hub: ChildProcess,
  question: { readonly ask: 'stats' | 'reset'; readonly bytesPerSecond?: number },
): Promise<Served> {
  const answer = once(hub, 'message') as Promise<[unknown]>;
  hub.send(question);
  return Served.parse((await answer)[0]);
}

function rowOf(peer: Peer, withKill: boolean, { wallSeconds, cpuSeconds, peakBytes, served }: Run): string {
  const size = files * fileBytes;
  const cells = [
    peer.name,
    withKill ? 'at half' : 'no',
    wallSeconds.toFixed(2),
    (size / 1e6 / wallSeconds).toFixed(0),
    cpuSeconds.toFixed(2),
    (peakBytes / 1e6).toFixed(0),
    (served.bytes / 1e6).toFixed(0),
    String(served.mostAtOnce),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Random bytes, made once: nothing on the way can make them smaller. */
async function makeCorpus(): Promise<void> {
  for (const path of paths) {
    const target = join(benchDir, 'hub', 'datasets', dataset, path);
    const there = await stat(target).catch(() => undefined);
    if (there?.size === fileBytes) continue;
    process.stderr.write(`Making ${target}\n`);
    await mkdir(dirname(target), { recursive: true });
    const file = await open(target, 'w');
    try {
      for (let at = 0; at < fileBytes; at += 10_000_000)
        await file.write(randomBytes(Math.min(10_000_000, fileBytes - at)));
    } finally {
      await file.close();
    }
  }
}
