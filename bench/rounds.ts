import { execFile } from 'node:child_process';
import { availableParallelism, cpus, homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cost } from './measure.js';

/** Where benchmarks keep what they generate. */
export const benchDir = join(homedir(), '.cache', 'headrace', 'bench');

/**
 * Runs candidates in turns, so that other work on the machine affects all of them, and keeps the fastest run
 * of each. Before each run the disk is flushed: no run pays for what the one before it wrote.
 */
export async function fastestOfRounds<Candidate extends { readonly name: string }, Result extends Cost>(
  candidates: readonly Candidate[],
  rounds: number,
  run: (candidate: Candidate) => Promise<Result>,
): Promise<Map<Candidate, Result>> {
  const fastest = new Map<Candidate, Result>();
  for (let round = 0; round < rounds; round += 1)
    for (const candidate of candidates) {
      await promisify(execFile)('sync');
      const result = await run(candidate);
      process.stderr.write(`${candidate.name}: ${inWords(result)}\n`);
      const before = fastest.get(candidate);
      if (before === undefined || result.wallSeconds < before.wallSeconds) fastest.set(candidate, result);
    }
  return fastest;
}

function inWords({ wallSeconds, cpuSeconds, peakBytes, output }: Cost): string {
  const cost = `${wallSeconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s, ${(peakBytes / 1e6).toFixed(0)} MB`;
  return output === '' ? cost : `${cost}; ${output}`;
}

/** Processor, cores and Node, for the caption of a table. */
export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown CPU';
  return `${model}, ${availableParallelism()} cores; Node ${process.version}`;
}
