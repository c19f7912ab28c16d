import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hasCode } from '../../files/errno.js';
import { exitCodes } from '../exit-codes.js';
import { secrets } from '../secrets.js';

/** Writes a line of results to stdout, without secrets. */
export function print(line: string): void {
  process.stdout.write(`${secrets.scrub(line)}\n`);
}

/** Writes a line of progress, advice or errors to stderr, without secrets. */
export function say(line: string): void {
  process.stderr.write(`${secrets.scrub(line)}\n`);
}

let endsWithOutput = true;

/**
 * Ends this process when the reader of its output has enough, as `head` or `grep -m1` has: at once, without a
 * message, with the exit code that shells show for SIGPIPE, which Node ignores.
 */
export function endWithClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (!hasCode(error, 'EPIPE')) throw error;
      if (endsWithOutput) process.exit(exitCodes.outputClosed);
    });
}

/** Lets a server run on when the reader of its output has enough. */
export function surviveClosedOutput(): void {
  endsWithOutput = false;
}

/** Writes lines of results to stdout, without secrets, as fast as stdout takes them. */
export async function printAll(lines: AsyncGenerator<string>): Promise<void> {
  await pipeline(Readable.from(scrubbed(lines)), process.stdout, { end: false });
}

async function* scrubbed(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${secrets.scrub(line)}\n`;
}
