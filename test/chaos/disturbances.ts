import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Part } from '../../dev/stack/part.js';
import type { SmallDisk } from './small-disk.js';
import { startWorker } from '../support/servers.js';
import type { OpenServers } from '../support/servers.js';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The workers of a round: those that stand still go on at its end or before. */
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

  /** SIGSTOP: the worker neither works nor says so, and knows nothing of it when it goes on. */
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
  readonly strike: (servers: OpenServers, workers: Workers, random: Random) => Promise<void>;
}

/** The disk of the stores is full for a few seconds. */
export function fullDisk(disk: SmallDisk): Disturbance {
  return {
    name: 'disk full',
    weight: 3,
    strike: async (_servers, _workers, random) => {
      await disk.fill();
      await sleep(1_000 + random() * 3_000);
      await disk.empty();
    },
  };
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

/** Up to 8 s with open connections and no answer, as behind a network that has stalled. */
async function standStill(servers: OpenServers, name: 'temporal' | 'tinker', random: Random): Promise<void> {
  const goOn = servers.freeze(name);
  try {
    await sleep(2_000 + random() * 6_000);
  } finally {
    goOn();
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
/** Longer than the 20 s after which the server gives a silent attempt up. */
const frozenMs = 26_000;

export const disturbances: readonly Disturbance[] = [
  {
    name: 'kill worker',
    weight: 5,
    strike: async (_servers, workers, random) => {
      await workers.killAll();
      await sleep(random() * 1_500);
      await workers.start();
    },
  },
  {
    name: 'stop worker 26 s, another takes over',
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
    strike: async (servers, _workers, random) => await standStill(servers, 'temporal', random),
  },
  {
    name: 'Tinker stands still',
    weight: 1,
    strike: async (servers, _workers, random) => await standStill(servers, 'tinker', random),
  },
  {
    name: 'Hub is slow',
    weight: 1,
    strike: async (servers, _workers, random) =>
      await post(`${servers.hubUrl()}/dev/faults`, {
        kind: 'rate',
        path: 'resolve',
        bytesPerSecond: 200_000 + Math.floor(random() * 800_000),
        times: 3,
      }),
  },
  {
    name: 'cut Hub connections',
    weight: 2,
    strike: async (servers, _workers, random) =>
      await post(`${servers.hubUrl()}/dev/faults`, {
        kind: 'drop-after',
        path: '.',
        bytes: Math.floor(random() * 2_000_000),
        times: 1 + Math.floor(random() * 4),
      }),
  },
  {
    name: 'Hub answers 503',
    weight: 1,
    strike: async (servers, _workers, random) =>
      await post(`${servers.hubUrl()}/dev/faults`, {
        kind: 'status',
        status: 503,
        path: '.',
        times: 1 + Math.floor(random() * 3),
      }),
  },
  {
    name: 'cut Tinker connections',
    weight: 3,
    strike: async (servers, _workers, random) =>
      await post(`${servers.tinkerUrl()}/dev/faults`, {
        path: pick(random, tinkerCalls),
        drop: pick(random, ['before', 'after']),
        times: 1 + Math.floor(random() * 3),
      }),
  },
  {
    name: 'Tinker is slow',
    weight: 1,
    strike: async (servers, _workers, random) =>
      await post(`${servers.tinkerUrl()}/dev/faults`, {
        path: pick(random, tinkerCalls),
        delayMs: Math.floor(random() * 3_000),
        times: 2,
      }),
  },
  {
    name: 'Tinker answers 503',
    weight: 1,
    strike: async (servers, _workers, random) =>
      await post(`${servers.tinkerUrl()}/dev/faults`, {
        path: pick(random, tinkerCalls),
        status: 503,
        times: 1 + Math.floor(random() * 3),
      }),
  },
];

/** One of them, by weight. */
export function draw(random: Random, among: readonly Disturbance[]): Disturbance {
  const total = among.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * total;
  for (const disturbance of among) {
    left -= disturbance.weight;
    if (left < 0) return disturbance;
  }
  return pick(random, among);
}
