import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../core/errors.js';
import { Lane } from './lane.js';
import type { Round, RoundFailure } from './lane.js';
import { differences } from '../support/outcome.js';

/**
 * `npm run chaos -- --rounds N --seed S [--together K] [--s3]`: one recipe undisturbed, then N times on fresh
 * stores while processes are killed and stand still, connections are cut and disks fill, at times and in an
 * order that the seed decides. With `--s3` the store is in a bucket of a local S3 server, and two workers
 * have a cache of their own. Everything that a run leaves must be the same bytes. Prints a line of a Markdown
 * table for each round; the exit code is 1 where anything differed, parked for no good reason, or did not
 * end.
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    together: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
    s3: { type: 'boolean', default: false },
  },
});

function count(name: 'rounds' | 'seed' | 'together', least: number): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= least) return number;
  process.stderr.write(`--${name} ${values[name]}: expected an integer of at least ${least}\n`);
  process.exit(2);
}
const rounds = count('rounds', 1);
const firstSeed = count('seed', 0);
const together = Math.min(count('together', 1), rounds);
const { keep, s3: inBucket } = values;

function told(seed: number, round: Round | RoundFailure, before: Round): { line: string; failed: boolean } {
  const happened = round.struck.join('; ');
  if ('failure' in round)
    return { failed: true, line: `| ${seed} | ${happened} | | | NO: ${messageOf(round.failure)} |` };
  const different = differences(before.outcome, round.outcome);
  const verdict = different.length === 0 ? 'yes' : `NO: ${different.join(', ')}`;
  return {
    failed: different.length > 0,
    line: `| ${seed} | ${happened} | ${round.seconds.toFixed(1)} | ${round.repairs} | ${verdict} |`,
  };
}

const folder = await mkdtemp(join(tmpdir(), 'headrace-chaos-'));
let lanes = 0;
const open = new Set<Lane>();
const openLane = async (): Promise<Lane> => {
  lanes += 1;
  const lane = await Lane.open(join(folder, `lane-${lanes}`), { keep, inBucket });
  open.add(lane);
  return lane;
};
const closeLane = async (lane: Lane): Promise<void> => {
  open.delete(lane);
  await lane.close();
};
const onSignal = (): void => {
  process.stderr.write('Ending …\n');
  void Promise.allSettled([...open].map(closeLane)).then(() => process.exit(130));
};
process.once('SIGINT', onSignal);
process.once('SIGTERM', onSignal);

let failures = 0;
let next = 0;
/** Runs rounds until there are none left. What a failed one leaves behind must not meet the next one. */
async function work(first: Lane, before: Round): Promise<void> {
  let lane = first;
  while (next < rounds) {
    const seed = firstSeed + next;
    next += 1;
    const round = await lane.round(`chaos-${seed}`, seed);
    const { line, failed } = told(seed, round, before);
    process.stdout.write(`${line}\n`);
    if (!failed) continue;
    failures += 1;
    process.stderr.write(`  what seed ${seed} left is in ${lane.folder}\n`);
    await closeLane(lane);
    lane = await openLane();
  }
  await closeLane(lane);
}

const first = await openLane();
if (!first.canFillDisk) process.stderr.write('No disk can be mounted here, so none is filled.\n');
const before = await first.round('undisturbed', undefined);
if ('failure' in before) {
  await closeLane(first);
  throw before.failure;
}
process.stdout.write(`Undisturbed: ${before.seconds.toFixed(1)} s\n\n`);
process.stdout.write(
  '| seed | what happened | seconds | repairs | the same bytes |\n|---|---|---|---|---|\n',
);
const others = await Promise.all(Array.from({ length: together - 1 }, openLane));
await Promise.all([first, ...others].map(async (lane) => await work(lane, before)));
process.stdout.write(`\n${rounds - failures} of ${rounds} rounds left the same bytes.\n`);
if (failures === 0 && !keep) await rm(folder, { recursive: true, force: true });
else process.stderr.write(`Everything is in ${folder}\n`);
// A round that hung may have left something that would keep the process.
process.exit(failures === 0 ? 0 : 1);
