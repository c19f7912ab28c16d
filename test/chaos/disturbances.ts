import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Part } from '../../dev/stack/part.js';
import type { SmallDisk } from './small-disk.js';
import type { Dice } from '../support/dice.js';
import { postFaults } from '../support/faults.js';
import { startWorker } from '../support/servers.js';
import type { OpenServers } from '../support/servers.js';

/** The workers of a round: stopped ones continue at its end or before. */
export class Workers {
  #live: Part[] = [];
  readonly #stopped: Part[] = [];
  readonly #servers: OpenServers;
  readonly #store: string;

  constructor(servers: OpenServers, store: string) {
    this.#servers = servers;
    this.#store = store;
  }

  async start(): Promise<void> {
    // Its log is elsewhere: a full disk is to hit the work.
    const log = join(this.#servers.folder, 'worker.log');
    this.#live.push(await startWorker(this.#servers, this.#store, {}, log));
  }

  async killAll(): Promise<void> {
    const killed = this.#live;
    this.#live = [];
    await Promise.all(killed.map(async (worker) => await worker.kill()));
  }

  /** SIGSTOP: the worker stands still without an error, and continues as if no time had passed. */
  freeze(): void {
    for (const worker of this.#live.splice(0)) {
      worker.process.kill('SIGSTOP');
      this.#stopped.push(worker);
    }
  }

  thaw(): void {
    for (const worker of this.#stopped.splice(0)) {
      worker.process.kill('SIGCONT');
      this.#live.push(worker);
    }
  }

  async close(): Promise<void> {
    this.thaw();
    await Promise.all(this.#live.map(async (worker) => await worker.close()));
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
