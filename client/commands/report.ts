import { defaultStoreRoot, openStore } from '../../activities/artifacts/store.js';
import { traceLine } from '../mix/trace-line.js';
import type { LineOrigin } from '../mix/trace-line.js';
import { createReportActivities } from '../../activities/report/index.js';
import type { ArtifactRef } from '../../core/contracts/artifact.js';
import type { WriteReportInput } from '../../core/contracts/report.js';
import { HeadraceError, messageOf } from '../../core/errors.js';
import { readLine } from '../../files/json-lines.js';
import { connected, print } from '../text/output.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { handleOf, outOf, requireRun, queryRun } from '../runs/start-run.js';
import type { TemporalClient } from '../temporal/connect.js';
import { ending } from '../runs/watch-run.js';

const queryTimeoutMs = 15_000;

/** `headrace report`: writes report.html of a run at any time, from what there is so far. */
export async function report(name: string): Promise<ExitCode> {
  return await connected(async (temporal) => {
    const { status } = await requireRun(temporal, name);
    const store = await openStore(defaultStoreRoot());
    const ended = status.name === 'RUNNING' ? null : await ending(temporal, name);
    const input = standingNow(await reportInput(temporal, name), ended);
    const { path } = await createReportActivities({ store }).writeReport(input, {
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    print(path);
    return exitCodes.done;
  });
}

/** How the server says that the run ended counts: a workflow that was terminated or has failed cannot tell. */
function standingNow(
  input: WriteReportInput,
  ended: Awaited<ReturnType<typeof ending>> | null,
): WriteReportInput {
  const standing = { ...input.standing, at: Date.now() };
  switch (ended?.kind) {
    case undefined:
      return { ...input, standing: { ...standing, status: 'running' } };
    case 'failed':
      return { ...input, standing: { ...standing, status: 'failed', failure: ended.message } };
    case 'done':
    case 'cancelled':
      return { ...input, standing: { ...standing, status: ended.kind } };
  }
}

export interface TraceOptions {
  readonly heldout?: boolean;
  readonly json?: boolean;
}

/** `headrace trace`: where a line of train.jsonl comes from. @throws {HeadraceError} UsageError where there is none. */
export async function trace(name: string, line: number, options: TraceOptions): Promise<ExitCode> {
  return await connected(async (temporal) => {
    const side = options.heldout === true ? 'heldout' : 'train';
    const out = outOf(await requireRun(temporal, name));
    const store = await openStore(defaultStoreRoot());
    const origin = await traceLine(store, await mixOf(temporal, name), line, side);
    if (origin === undefined)
      throw new HeadraceError('UsageError', `${side}.jsonl of ${name} has no line ${line}`, {
        remedy: 'Lines are counted from 1; the composition shows how many there are.',
      });
    if (options.json === true) print(JSON.stringify({ line, file: `${side}.jsonl`, ...origin }));
    else {
      print(`line ${line} of ${side}.jsonl: source ${origin.source}, ${place(origin)}`);
      print((await readLine(`${out}/${side}.jsonl`, line)) ?? '');
    }
    return exitCodes.done;
  });
}

function place(origin: LineOrigin): string {
  const at = `${origin.path}, ${origin.unit} ${origin.row}`;
  return origin.dataset === undefined ? at : `${origin.dataset} at ${origin.commitSha ?? '?'}, ${at}`;
}

/** @throws {HeadraceError} UsageError where the mix is not made yet. */
async function mixOf(temporal: TemporalClient, name: string): Promise<ArtifactRef> {
  const { status } = await requireRun(temporal, name);
  if (status.name === 'COMPLETED') return (await handleOf(temporal, name).result()).mix.mix;
  const { mix } = await reportInput(temporal, name);
  if (mix === null)
    throw new HeadraceError('UsageError', `The mix of ${name} is not made yet`, {
      remedy: `\`npx headrace status ${name}\` shows where it stands.`,
    });
  return mix.mix;
}

/** @throws {HeadraceError} NoWorkerError: a worker answers for the run, also for one that has ended. */
async function reportInput(temporal: TemporalClient, name: string): Promise<WriteReportInput> {
  try {
    return await temporal.connection.withDeadline(
      Date.now() + queryTimeoutMs,
      async () => await queryRun(handleOf(temporal, name), 'report'),
    );
  } catch (error) {
    throw new HeadraceError('NoWorkerError', `No worker answers for the run ${name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
