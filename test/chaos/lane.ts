import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../activities/artifacts/open-store.js';
import { openS3 } from '../support/s3.js';
import type { OpenS3 } from '../support/s3.js';
import { environmentOf, openServers, startWorker } from '../support/servers.js';
import { recipeFrom } from '../support/recipes.js';
import { startRecipe } from '../support/runs.js';
import { writeConversations } from '../support/conversations.js';
import type { OpenServers } from '../support/servers.js';
import { bucketDisturbances, disturbances, draw, fullDisk, Workers } from './disturbances.js';
import { follow } from './follow.js';
import { outcomeOf } from '../support/outcome.js';
import type { Outcome } from '../support/outcome.js';
import { mountSmallDisk } from './small-disk.js';
import type { SmallDisk } from './small-disk.js';
import { Dice } from '../support/dice.js';
import { clearFaults } from '../support/faults.js';

/**
 * A run that has not ended by then fails its round. Undisturbed it takes some 10 s; a killed worker is missed
 * for 20 s.
 */
const patienceMs = 240_000;
/** What else a round does (starting and ending processes) beside the run itself. */
const aroundMs = 90_000;
const rowsPerSource = 10_000;

/**
 * Real downloads, conversion, mix, tokens and four segments of six steps, small enough to be done in seconds.
 */
function yaml(name: string): string {
  return `
name: ${name}
seed: 3
out: out-${name}
sources:
  - { name: hub, dataset: owner/chats, rows: 600 }
  - { name: local, files: local/chats.jsonl, rows: 600 }
heldout: { fraction: 0.01, rows: 6 }
train:
  base_model: headrace/tiny-qwen3
  label: chaos
  lora: { rank: 4, seed: 2 }
  batch_size: 8
  max_tokens: 64
  learning_rate: 5.0e-3
  max_steps: 24
  checkpoint_every: 6
  prompts: [Hello.]
`;
}

export interface Round {
  readonly outcome: Outcome;
  /** What happened, and when. */
  readonly struck: readonly string[];
  readonly repairs: number;
  readonly seconds: number;
}

export interface RoundFailure {
  readonly failure: unknown;
  readonly struck: readonly string[];
}

export interface LaneOptions {
  /** Whether what a round left stays. */
  readonly keep: boolean;
  /** Whether the store is in a bucket, with two workers. */
  readonly inBucket: boolean;
}

/** Servers of its own and a disk that may be full, on which rounds are run one after another. */
export class Lane {
  readonly #servers: OpenServers;
  readonly #disk: SmallDisk | undefined;
  readonly #s3: OpenS3 | undefined;
  readonly #keep: boolean;

  private constructor(
    readonly folder: string,
    servers: OpenServers,
    disk: SmallDisk | undefined,
    s3: OpenS3 | undefined,
    keep: boolean,
  ) {
    this.#servers = servers;
    this.#disk = disk;
    this.#s3 = s3;
    this.#keep = keep;
  }

  static async open(folder: string, { keep, inBucket }: LaneOptions): Promise<Lane> {
    await mkdir(folder, { recursive: true });
    const disk = await mountSmallDisk(join(folder, 'disk'));
    const servers = await openServers(folder, {
      hubRoot: async (at) => {
        const file = 'hub/datasets/owner/chats/data/train-00000-of-00001.jsonl';
        await writeConversations(join(at, file), rowsPerSource, 1);
        await writeConversations(join(at, 'local/chats.jsonl'), rowsPerSource, 2);
        return join(at, 'hub');
      },
    });
    const log = (line: string): void => void process.stderr.write(`${line}\n`);
    const s3 = inBucket ? await openS3(join(folder, 's3'), log) : undefined;
    return new Lane(folder, servers, disk, s3, keep);
  }

  get canFillDisk(): boolean {
    return this.#disk !== undefined;
  }

  async close(): Promise<void> {
    await this.#servers.close();
    await this.#s3?.close();
    await this.#disk?.close();
  }

  /**
   * One run on a fresh store: undisturbed without a seed. It ends within minutes, whatever hangs.
   *
   * @returns a failure with what had happened until then, where the run parks, fails, hangs or trains a step
   *   twice.
   */
  async round(name: string, seed: number | undefined): Promise<Round | RoundFailure> {
    const struck: string[] = [];
    let late: NodeJS.Timeout | undefined;
    const hangs = new Promise<never>((_, reject) => {
      late = setTimeout(
        () => reject(new Error(`the round itself hangs after: ${struck.at(-1) ?? 'its start'}`)),
        patienceMs + aroundMs,
      );
    });
    try {
      return await Promise.race([this.#run(name, seed, struck), hangs]);
    } catch (failure) {
      return { failure, struck };
    } finally {
      clearTimeout(late);
    }
  }

  async #run(name: string, seed: number | undefined, struck: string[]): Promise<Round> {
    const servers = this.#servers;
    const disk = this.#disk;
    // On the small disk: the store, or the caches of the workers where that is in a bucket.
    const local = join(disk?.folder ?? this.folder, `store-${name}`);
    const place = this.#s3 === undefined ? local : `s3://${this.#s3.bucket}/${name}`;
    const env = { ...environmentOf(servers, place), ...this.#s3?.env, HEADRACE_STORE: place };
    // Their logs are elsewhere: a full disk is to hit the work.
    const workers = new Workers(this.#s3 === undefined ? 1 : 2, (index) =>
      startWorker(
        servers,
        local,
        { ...env, HEADRACE_CACHE: join(local, `cache-${index}`) },
        join(this.folder, `worker-${index}.log`),
      ),
    );
    await workers.start();
    const begun = Date.now();
    const over = new AbortController();
    const disturbing =
      seed === undefined ? undefined : this.#disturb(workers, new Dice(seed), begun, over.signal, struck);
    // It is awaited below; until then its failure must not end the process.
    disturbing?.catch(() => undefined);
    try {
      await startRecipe(servers, place, recipeFrom(yaml(name), this.folder, place), env);
      const { result, repairs } = await follow(servers, name, begun + patienceMs);
      over.abort();
      const seconds = (Date.now() - begun) / 1000;
      await disturbing;
      const outcome = await outcomeOf(result, await openStore(place, { env }), join(this.folder, 'tinker'));
      return { outcome, struck, repairs, seconds };
    } catch (error) {
      // The small disk goes with the lane: what a failed round left is kept beside it.
      if (disk !== undefined) await cp(local, join(this.folder, `store-${name}`), { recursive: true });
      throw error;
    } finally {
      over.abort();
      await disturbing?.catch(() => undefined);
      await workers.close();
      for (const url of [servers.hubUrl(), servers.tinkerUrl()]) await clearFaults(url);
      this.#s3?.proxy.clearFaults();
      await disk?.empty();
      if (!this.#keep) await rm(local, { recursive: true, force: true });
    }
  }

  async #disturb(
    workers: Workers,
    dice: Dice,
    begun: number,
    over: AbortSignal,
    struck: string[],
  ): Promise<void> {
    const among = [
      ...disturbances,
      ...(this.#disk === undefined ? [] : [fullDisk(this.#disk)]),
      ...(this.#s3 === undefined ? [] : bucketDisturbances(this.#s3)),
    ];
    const strikes = 2 + dice.below(4);
    for (let strike = 0; strike < strikes; strike += 1) {
      await sleep(300 + dice.roll() * 4_000);
      const disturbance = draw(dice, among);
      if (over.aborted) return;
      struck.push(`${disturbance.name} at ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      await disturbance.strike(this.#servers, workers, dice);
    }
  }
}
