import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Fault } from '../../dev/s3/faults.js';
import type { Part } from '../../dev/stack/part.js';
import type { SmallDisk } from './small-disk.js';
import type { Dice } from '../support/dice.js';
import { postFaults } from '../support/faults.js';
import type { OpenS3 } from '../support/s3.js';
import type { OpenServers } from '../support/servers.js';

/** The workers of a round: stopped ones continue at its end or before. */
export class Workers {
  /** By index. */
  readonly #live = new Map<number, Part>();
  readonly #stopped: Part[] = [];
  readonly #continued: Part[] = [];
  readonly #count: number;
  readonly #startOne: (index: number) => Promise<Part>;

  /** @param startOne - starts the worker of that index, from 0. */
  constructor(count: number, startOne: (index: number) => Promise<Part>) {
    this.#count = count;
    this.#startOne = startOne;
  }

  /** Starts those that do not run. */
  async start(): Promise<void> {
    const all = Array.from({ length: this.#count }, (_, index) => index);
    const missing = all.filter((index) => !this.#live.has(index));
    const started = missing.map(async (index) => void this.#live.set(index, await this.#startOne(index)));
    await Promise.all(started);
  }

  async killAll(): Promise<void> {
    const all = [...this.#taken(), ...this.#continued.splice(0)];
    await Promise.all(all.map(async (worker) => await worker.kill()));
  }

  /** Kills the one that has run longest. */
  async killOne(): Promise<void> {
    for (const [index, worker] of this.#live) {
      this.#live.delete(index);
      return await worker.kill();
    }
  }

  /** SIGSTOP: the worker stands still without an error, and continues as if no time had passed. */
  freeze(): void {
    for (const worker of this.#taken()) {
      worker.process.kill('SIGSTOP');
      this.#stopped.push(worker);
    }
  }

  /** Continues those that stand still, beside those that have taken over. */
  thaw(): void {
    for (const worker of this.#stopped) worker.process.kill('SIGCONT');
    this.#continued.push(...this.#stopped.splice(0));
  }

  async close(): Promise<void> {
    this.thaw();
    const all = [...this.#taken(), ...this.#continued];
    await Promise.all(all.map(async (worker) => await worker.close()));
  }

  #taken(): Part[] {
    const taken = [...this.#live.values()];
    this.#live.clear();
    return taken;
  }
}

export interface Disturbance {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  readonly strike: (servers: OpenServers, workers: Workers, dice: Dice) => Promise<void>;
}

/** The disk of the stores is full for a few seconds. */
export function fullDisk(disk: SmallDisk): Disturbance {
  return {
    name: 'disk full',
    weight: 3,
    strike: async (_servers, _workers, dice) => {
      await disk.fill();
      await sleep(1_000 + dice.roll() * 3_000);
      await disk.empty();
    },
  };
}

/** Up to 8 s with open connections and no answer, as behind a network that has stalled. */
async function standStill(servers: OpenServers, name: 'temporal' | 'tinker', dice: Dice): Promise<void> {
  const thaw = servers.freeze(name);
  try {
    await sleep(2_000 + dice.roll() * 6_000);
  } finally {
    thaw();
  }
}

const tinkerCalls = [
  'forward_backward',
  'optim_step',
  'save_weights',
  'retrieve_future',
  'create_model',
  'heartbeat',
];
/** Longer than the 30 s after which the server gives a silent attempt up. */
const frozenMs = 36_000;

export const disturbances: readonly Disturbance[] = [
  {
    name: 'kill worker',
    weight: 5,
    strike: async (_servers, workers, dice) => {
      await workers.killAll();
      await sleep(dice.roll() * 1_500);
      await workers.start();
    },
  },
  {
    name: 'stop worker 36 s, another takes over',
    weight: 1,
    strike: async (_servers, workers) => {
      workers.freeze();
      await workers.start();
      await sleep(frozenMs);
      workers.thaw();
    },
  },
  { name: 'kill Temporal', weight: 2, strike: async (servers) => await servers.crash('temporal') },
  { name: 'kill Hub', weight: 2, strike: async (servers) => await servers.crash('hub') },
  { name: 'kill Tinker', weight: 3, strike: async (servers) => await servers.crash('tinker') },
  {
    name: 'Temporal stands still',
    weight: 1,
    strike: async (servers, _workers, dice) => await standStill(servers, 'temporal', dice),
  },
  {
    name: 'Tinker stands still',
    weight: 1,
    strike: async (servers, _workers, dice) => await standStill(servers, 'tinker', dice),
  },
  {
    name: 'Hub is slow',
    weight: 1,
    strike: async (servers, _workers, dice) =>
      await postFaults(servers.hubUrl(), {
        kind: 'rate',
        path: 'resolve',
        bytesPerSecond: 200_000 + dice.below(800_000),
        times: 3,
      }),
  },
  {
    name: 'cut Hub connections',
    weight: 2,
    strike: async (servers, _workers, dice) =>
      await postFaults(servers.hubUrl(), {
        kind: 'drop-after',
        path: '.',
        bytes: dice.below(2_000_000),
        times: 1 + dice.below(4),
      }),
  },
  {
    name: 'Hub answers 503',
    weight: 1,
    strike: async (servers, _workers, dice) =>
      await postFaults(servers.hubUrl(), {
        kind: 'status',
        status: 503,
        path: '.',
        times: 1 + dice.below(3),
      }),
  },
  {
    name: 'cut Tinker connections',
    weight: 3,
    strike: async (servers, _workers, dice) =>
      await postFaults(servers.tinkerUrl(), {
        path: dice.pick(tinkerCalls),
        drop: dice.pick(['before', 'after']),
        times: 1 + dice.below(3),
      }),
  },
  {
    name: 'Tinker is slow',
    weight: 1,
    strike: async (servers, _workers, dice) =>
      await postFaults(servers.tinkerUrl(), {
        path: dice.pick(tinkerCalls),
        delayMs: dice.below(3_000),
        times: 2,
      }),
  },
  {
    name: 'Tinker answers 503',
    weight: 1,
    strike: async (servers, _workers, dice) =>
      await postFaults(servers.tinkerUrl(), {
        path: dice.pick(tinkerCalls),
        status: 503,
        times: 1 + dice.below(3),
      }),
  },
];

/** What happens to a store in a bucket, and to one of several workers. */
export function bucketDisturbances(s3: OpenS3): readonly Disturbance[] {
  return [
    {
      name: 'kill one worker of two',
      weight: 5,
      strike: async (_servers, workers, dice) => {
        await workers.killOne();
        await sleep(dice.roll() * 1_500);
        await workers.start();
      },
    },
    {
      name: 'kill S3',
      weight: 4,
      strike: async (_servers, _workers, dice) => {
        await s3.kill();
        await sleep(dice.roll() * 4_000);
        await s3.restart();
      },
    },
    {
      name: 'S3 answers 503',
      weight: 3,
      strike: (_servers, _workers, dice) =>
        strikeS3(s3, { kind: 'error', status: 503, code: 'SlowDown', times: 1 + dice.below(30), every: 2 }),
    },
    {
      name: 'cut S3 connections',
      weight: 3,
      strike: (_servers, _workers, dice) =>
        strikeS3(s3, { kind: 'drop-after', bytes: dice.below(100_000), times: 1 + dice.below(20) }),
    },
    {
      name: 'lose answers of S3',
      weight: 3,
      strike: (_servers, _workers, dice) =>
        strikeS3(s3, { kind: 'lose-answer', times: 1 + dice.below(10), every: 3 }),
    },
    {
      name: 'S3 ignores conditions',
      weight: 1,
      strike: () => strikeS3(s3, { kind: 'ignore-condition' }),
    },
  ];
}

function strikeS3({ proxy }: OpenS3, fault: S3Fault): Promise<void> {
  proxy.fault(fault);
  return Promise.resolve();
}

/** One of them, by weight. */
export function draw(dice: Dice, among: readonly Disturbance[]): Disturbance {
  const total = among.reduce((sum, { weight }) => sum + weight, 0);
  let left = dice.roll() * total;
  for (const disturbance of among) {
    left -= disturbance.weight;
    if (left < 0) return disturbance;
  }
  return dice.pick(among);
}
