import { z } from 'zod';
import { messageOf } from '../../../core/errors.js';
import { CheckpointLine } from '../../../core/training/checkpoint-line.js';
import { SampleLine } from '../../../core/training/sample-line.js';
import { StepMetrics } from '../../../core/training/step-metrics.js';
import type { Outputs } from '../../outputs/outputs.js';
import { noTrain, readTrain, type LineSources, type TrainSample } from './read-train.js';
import { readableLines, type ReadContext } from './readable-lines.js';

/** A line of rejects.jsonl. Its other fields are the place of the reject; the page shows them unchanged. */
const Reject = z.looseObject({ reason: z.string() });
export type Reject = z.infer<typeof Reject>;

const Manifest = z.record(z.string(), z.unknown());

/** The results of a run so far. A list is empty where its file does not exist yet. */
export interface RunFiles {
  readonly metrics: readonly StepMetrics[];
  readonly checkpoints: readonly CheckpointLine[];
  /** In the order of their steps, the base model first. */
  readonly samples: readonly SampleLine[];
  /** The head of train.jsonl. */
  readonly train: TrainSample;
  /** At most {@link rejectsPerReason} of each reason, the first ones. */
  readonly rejects: readonly Reject[];
  readonly manifest: Readonly<Record<string, unknown>> | undefined;
  /** The text of recipe.lock.json: exact commits and files. */
  readonly lock: string | undefined;
  /** A sentence for each file that could not be read. The page shows them; they do not fail the run. */
  readonly problems: readonly string[];
}

const rejectsPerReason = 3;

/**
 * Reads the results of a run. train.jsonl is read only as far as needed. A damaged line ends its file and
 * adds a problem.
 *
 * Only the files of finished stages are read: the others may be those of an earlier run.
 */
export async function readRun(
  outputs: Outputs,
  signal: AbortSignal,
  made: { readonly mix: boolean; readonly training: boolean; readonly sources?: LineSources | undefined },
): Promise<RunFiles> {
  const problems: string[] = [];
  const context: ReadContext = { outputs, signal, problems };
  const samples = made.training ? await readAll(context, 'samples.jsonl', SampleLine) : [];
  const train = made.mix ? await readTrain(context, made.sources) : noTrain;
  return {
    metrics: made.training ? await readAll(context, 'metrics.jsonl', StepMetrics) : [],
    checkpoints: made.training ? await readAll(context, 'checkpoints.jsonl', CheckpointLine) : [],
    samples: samples.sort((a, b) => a.step - b.step),
    train,
    rejects: made.mix ? await readRejects(context) : [],
    manifest: made.mix ? await readManifest(context) : undefined,
    lock: await readLock(context),
    problems,
  };
}

async function readAll<Value>(
  context: ReadContext,
  name: string,
  schema: z.ZodType<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  for await (const { value } of readableLines(context, name, schema)) values.push(value);
  return values;
}

async function readRejects(context: ReadContext): Promise<Reject[]> {
  const kept: Reject[] = [];
  const counts = new Map<string, number>();
  for await (const { value } of readableLines(context, 'rejects.jsonl', Reject)) {
    const count = (counts.get(value.reason) ?? 0) + 1;
    counts.set(value.reason, count);
    if (count <= rejectsPerReason) kept.push(value);
  }
  return kept;
}

async function readManifest({ outputs, problems }: ReadContext): Promise<RunFiles['manifest']> {
  try {
    const text = await outputs.read('manifest.json');
    return text === undefined ? undefined : Manifest.parse(JSON.parse(text));
  } catch (error) {
    problems.push(`manifest.json could not be read: ${messageOf(error)}`);
    return undefined;
  }
}

async function readLock({ outputs, problems }: ReadContext): Promise<string | undefined> {
  try {
    return await outputs.read('recipe.lock.json');
  } catch (error) {
    problems.push(`recipe.lock.json could not be read: ${messageOf(error)}`);
    return undefined;
  }
}
