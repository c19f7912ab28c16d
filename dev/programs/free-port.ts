import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Systems give connections that go out a port of their own from 32,768 on, or from higher ones. */
const [first, end] = [10_000, 32_768] as const;
const tries = 1_000;

/**
 * Returns a port of 127.0.0.1 that is free at the time of the call. No connection that goes out takes it
 * before a server listens there.
 *
 * @throws {Error} where no port is free.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const port = randomInt(first, end);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port of 127.0.0.1 from ${first} to ${end - 1} is free`);
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
