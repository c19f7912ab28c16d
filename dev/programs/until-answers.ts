import { setTimeout as sleep } from 'node:timers/promises';

const timeoutMs = 30_000;

/**
 * Waits until a server answers over HTTP. Any answer will do, also one that refuses the request.
 *
 * @param name - for the message: `S3 server`.
 * @throws {Error} where there is no answer within half a minute.
 */
export async function untilAnswers(name: string, url: string): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`The ${name} at ${url} does not answer`, { cause: error });
      await sleep(50);
    }
  }
}
