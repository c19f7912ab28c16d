import { defined } from '../../core/defined.js';
import { removeDevServers, writeDevServers } from './dev-servers.js';
import type { DevServers } from './dev-servers.js';
import type { Stack } from './stack.js';

export type DevAddresses = Pick<DevServers, 'temporalAddress' | 'temporalUi' | 'hub' | 'tinker'>;

/**
 * Keeps `dev.json` in the workplace of a store while `headrace dev` runs on it: one write after the other.
 */
export class DevRecord {
  readonly #workplace: string;
  #stack: Stack | undefined;
  #isRemoved = false;
  #written: Promise<void> = Promise.resolve();

  constructor(workplace: string) {
    this.#workplace = workplace;
  }

  /** Writes the state of the stack, which is the last one that was given; without one, that it starts. */
  async write(stack = this.#stack): Promise<void> {
    this.#stack = stack;
    const before = this.#written.catch(() => undefined);
    this.#written = before.then(async () => {
      if (!this.#isRemoved) await writeDevServers(this.#workplace, stateOf(this.#stack));
    });
    await this.#written;
  }

  async remove(): Promise<void> {
    this.#isRemoved = true;
    // An error of a write is that of its caller.
    await this.#written.catch(() => undefined);
    await removeDevServers(this.#workplace);
  }
}

function stateOf(stack: Stack | undefined): Omit<DevServers, 'pid' | 'process'> {
  if (stack === undefined) return { serves: false };
  const serves = !stack.down.has('temporal') && !stack.down.has('worker');
  return { serves, ...addressesOf(stack) };
}

/** Addresses of a stack; of the Hub and the Tinker server where they were started. */
export function addressesOf(stack: Stack): DevAddresses {
  const { started, temporalAddress, temporalUi, hubUrl, tinkerUrl } = stack;
  return defined({
    temporalAddress,
    temporalUi,
    hub: started.has('hub') ? hubUrl : undefined,
    tinker: started.has('tinker') ? tinkerUrl : undefined,
  });
}
