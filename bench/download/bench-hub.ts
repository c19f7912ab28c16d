import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Download } from './clients.js';

/** Since the last reset. */
const Served = z.object({ bytes: z.number(), requests: z.number(), mostAtOnce: z.number() });
export type Served = z.infer<typeof Served>;

const Hello = z.object({ url: z.string() });
const blockBytes = 10_000_000;

/** The local Hub in a process of its own, with one dataset. */
export class BenchHub {
  readonly download: Download;
  readonly #server: ChildProcess;

  private constructor(server: ChildProcess, download: Download) {
    this.#server = server;
    this.download = download;
  }

  /** Generates the files below `dir` where they are missing, and starts the Hub. */
  static async start(dir: string, files: number, megabytes: number): Promise<BenchHub> {
    const dataset = `bench/corpus-${files}-${megabytes}`;
    const number = (value: number): string => String(value).padStart(5, '0');
    const paths = Array.from(
      { length: files },
      (_, index) => `data/train-${number(index)}-of-${number(files)}.parquet`,
    );
    const root = join(dir, 'hub');
    for (const path of paths) await makeFile(join(root, 'datasets', dataset, path), megabytes * 1e6);
    const program = fileURLToPath(new URL('./server.js', import.meta.url));
    const server = fork(program, [root, join(dir, 'hub-state')]);
    const [hello] = (await once(server, 'message')) as [unknown];
    const endpoint = Hello.parse(hello).url;
    // The Hub hashes its files at the first request.
    const listing = await fetch(`${endpoint}/api/datasets/${dataset}/tree/main?recursive=true`);
    await listing.text();
    return new BenchHub(server, { endpoint, dataset, paths });
  }

  /** @param bytesPerSecond - the limit of a connection from now on. @default none */
  async reset(bytesPerSecond?: number): Promise<void> {
    await this.#ask({ ask: 'reset', bytesPerSecond });
  }

  async served(): Promise<Served> {
    return this.#ask({ ask: 'stats' });
  }

  close(): void {
    this.#server.disconnect();
  }

  async #ask(question: object): Promise<Served> {
    const answer = once(this.#server, 'message') as Promise<[unknown]>;
    this.#server.send(question);
    return Served.parse((await answer)[0]);
  }
}

/** Makes a file of random bytes, which nothing on the way can compress. */
async function makeFile(path: string, bytes: number): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.size === bytes) return;
  process.stderr.write(`Making ${path}\n`);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < bytes; at += blockBytes)
      await file.write(randomBytes(Math.min(blockBytes, bytes - at)));
  } finally {
    await file.close();
  }
}
