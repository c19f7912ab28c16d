import { secrets } from '../secrets.js';

/** Writes a line of results to stdout, without secrets. */
export function print(line: string): void {
  process.stdout.write(`${secrets.scrub(line)}\n`);
}

/** Writes a line of progress, advice or errors to stderr, without secrets. */
export function say(line: string): void {
  process.stderr.write(`${secrets.scrub(line)}\n`);
}
