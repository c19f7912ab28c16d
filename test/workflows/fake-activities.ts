import { ApplicationFailure } from '@temporalio/activity';
import type { Activities } from '../../core/contracts/activities.js';
import { batchesOf, noBatches } from '../../core/batches.js';
import type { ArtifactKind, ArtifactRef, Batches } from '../../core/contracts/artifact.js';
import type { FindRecordsResult, SegmentRecordRef } from '../../core/contracts/training.js';
import { noCounts } from '../../core/convert/findings/counts.js';
import type { ResolvedRecipe } from '../../client/recipe/recipe-file.js';
import { parseRecipe } from '../../client/recipe/recipe-file.js';
import { compositionRow } from '../support/composition-row.js';

/** The calls of the workflows, in order: "resolveSource a". */
export interface Fake {
  readonly activities: Activities;
  readonly calls: string[];
}

/** Tokens of each step of the fake training. */
const stepTokens = 10;

export const noRecords: FindRecordsResult = {
  found: 0,
  steps: 0,
  last: null,
  firstLoss: null,
  done: { trainedTokens: 0, evaluations: 0 },
  notes: [],
  unmeasured: [],
};

export function ref(kind: ArtifactKind, name: string): ArtifactRef {
  return { kind, key: Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64) };
}

/** One gibibyte each, so that each is a batch. */
function batches(count: number): Batches {
  return batchesOf(count, count * 1024 ** 3);
}

/**
 * Small activities with the real signatures that do nothing but answer; tests replace the ones they are
 * about.
 */
export function fakeActivities(
  options: { downloads?: number; pieces?: number; totalSteps?: number } = {},
): Fake {
  const calls: string[] = [];
  const totalSteps = options.totalSteps ?? 6;
  const counts = {
    ...noCounts,
    rows: 10,
    read: 10,
    rejected: 1,
    rejectedBy: { bad_json: 1 },
    converted: 9,
  } as const;
  const row = compositionRow('a', {
    ...counts,
    kept: 9,
    lines: 9,
    bytes: 900,
    assistantChars: 400,
    volumes: {
      ...compositionRow('a').volumes,
      kept: { bytes: 900, assistantChars: 400 },
    },
    realisedShare: 1,
  });
  const composition = { sources: [row], trainLines: 9, heldoutLines: 0 };
  const digest = { path: '/nowhere/train.jsonl', lines: 9, bytes: 900, sha256: '0'.repeat(64) };
  const activities: Activities = {
    resolveSource: async ({ source }) => {
      calls.push(`resolveSource ${source.name}`);
      return {
        name: source.name,
        resolution: ref('resolution', source.name),
        kind: 'hub',
        files: options.downloads ?? 2,
        bytes: 2000,
        emptyFiles: 0,
        downloads: batches(options.downloads ?? 2),
        notes: [],
      };
    },
    downloadFiles: async ({ from }) => {
      calls.push(`downloadFiles ${from}`);
      return { files: 1, bytes: 1000, fetchedBytes: 1000, resumedBytes: 0, reusedFiles: 0 };
    },
    planConversion: async ({ source }) => ({
      plan: ref('conversion', source.name),
      format: 'messages',
      formatReason: 'a column `messages`',
      pieces: batches(options.pieces ?? 2),
      dialoguePartitions: noBatches,
    }),
    convertPieces: async ({ from }) => {
      calls.push(`convertPieces ${from}`);
      return { pieces: 1, reusedPieces: 0, rows: 5, conversations: 5, rejected: 0 };
    },
    groupDialogues: async () => ({ pieces: 1, reusedPieces: 0, rows: 5, conversations: 5, rejected: 0 }),
    summariseSource: async () => ({
      ...counts,
      name: 'a',
      summary: ref('summary', 'a'),
      format: 'messages',
      columns: { messages: 'messages', role: 'role', content: 'content' },
      formatReason: 'a column `messages`',
      files: 2,
      emptyFiles: 0,
      bytes: 2000,
    }),
    planMix: async ({ sources }) => {
      calls.push(`planMix ${sources.map(({ source }) => source.name).join(',')}`);
      return {
        plan: ref('mix-plan', 'mix'),
        partitions: batches(1),
      };
    },
    countPartitions: async () => ({ items: 1, reusedItems: 0 }),
    decideMix: async () => ({ trainLines: 9, heldoutLines: 0, copies: noBatches }),
    copyRows: async () => ({ items: 1, reusedItems: 0 }),
    writePartitions: async () => ({ items: 1, reusedItems: 0 }),
    finishMix: async () => {
      calls.push('finishMix');
      return {
        mix: ref('mix', 'mix'),
        train: digest,
        heldout: { ...digest, lines: 0 },
        manifestPath: '/nowhere/manifest.json',
        composition,
      };
    },
    chooseTokenizer: async () => ({ digest: 'd'.repeat(64), description: 'tiny' }),
    planTokens: async () => ({
      plan: ref('token-plan', 'tokens'),
      renderer: 'qwen3',
      settings: {},
      tokenizer: 'tiny',
      pieces: batches(1),
    }),
    tokenisePieces: async () => ({ pieces: 1, reusedPieces: 0, rows: 9, tokens: 90 }),
    finishTokens: async () => ({
      tokens: ref('tokens', 'tokens'),
      rows: 9,
      trainedRows: 9,
      examples: 9,
      trainedExamples: 9,
      totalTokens: 90,
      trainedTokens: 40,
      tokensPerEpoch: totalSteps * stepTokens,
      stepsPerEpoch: totalSteps,
      totalSteps,
      lengths: [],
      untrained: { renderer: 'qwen3', sources: [] },
    }),
    checkTraining: async () => ({ server: 'http://127.0.0.1:1', developmentServer: true }),
    planTraining: async () => ({
      plan: ref('training', 'training'),
      totalSteps,
      learningRate: 1e-3,
      server: 'http://127.0.0.1:1',
      developmentServer: true,
      usage: { train: totalSteps * stepTokens, prefill: 4 * 5, sample: 4 * 2 },
      evaluation: { train: 0, prefill: 5, sample: 2 },
      price: null,
    }),
    findRecords: async () => noRecords,
    stepsWithin: async ({ from, to, tokens }) => {
      calls.push(`stepsWithin ${from}-${to} ${tokens}`);
      return { to: Math.min(to, from + Math.floor(tokens / stepTokens)) };
    },
    trainSegment: async ({ from, to }) => {
      calls.push(`trainSegment ${from}-${to}`);
      return segment(from, to, totalSteps);
    },
    recordSegment: async ({ from, result }) => {
      calls.push(`recordSegment ${from}-${result.nextStep}`);
      return { ...recordOf(result.nextStep, totalSteps), tokens: result.tokens };
    },
    evaluate: async ({ checkpoint }) => {
      calls.push(`evaluate ${checkpoint?.label ?? 'base'}`);
      return {
        evaluation: ref('evaluation', 'e'),
        step: checkpoint?.nextStep ?? 0,
        label: checkpoint?.label ?? 'base',
        heldoutRows: 1,
        heldoutNll: 1,
        heldoutNllBySource: {},
        answers: [],
      };
    },
    renewCheckpoints: async () => {
      calls.push('renewCheckpoints');
      return { renewed: 2 };
    },
    writeReport: async () => {
      calls.push('writeReport');
      return { path: '/nowhere/report.html' };
    },
  };
  return { activities, calls };
}

function segment(
  from: number,
  nextStep: number,
  totalSteps: number,
): Awaited<ReturnType<Activities['trainSegment']>> {
  const tokens = (nextStep - from) * stepTokens;
  return { ...recordOf(nextStep, totalSteps), tokens, metrics: ref('metrics', String(nextStep)) };
}

export function recordOf(nextStep: number, totalSteps: number): SegmentRecordRef {
  const final = nextStep >= totalSteps;
  const label = final ? 'demo-final' : `demo-${String(nextStep).padStart(6, '0')}`;
  return {
    record: ref('record', label),
    nextStep,
    tokens: stepTokens,
    statePath: `tinker://m/weights/${label}`,
    samplerPath: `tinker://m/sampler_weights/${label}`,
    label,
    final,
    firstLoss: 2,
    lastLoss: 1,
  };
}

/** A recipe named `name` with these source names; `extra` is YAML at the top level. */
export function recipeOf(name: string, sources: readonly string[], extra = ''): ResolvedRecipe {
  const listed = sources.map((source) => `  - { name: ${source}, dataset: owner/${source} }`).join('\n');
  return parseRecipe(`name: ${name}\nsources:\n${listed}\n${extra}`, 'test.yaml', {
    cwd: '/tmp/headrace-test',
  });
}

/** `train:` of a recipe whose segments have two steps. */
export const trainYaml = 'train: { base_model: tiny, learning_rate: 1.0e-3, checkpoint_every: 2 }';

/** A training that starts again finds what it recorded before. */
export function recordsWhatItTrained(fake: Fake): Fake {
  const quick = { ...fake.activities };
  const records: SegmentRecordRef[] = [];
  fake.activities.recordSegment = async (input) => {
    const record = await quick.recordSegment(input);
    records.push(record);
    return record;
  };
  fake.activities.findRecords = async (input) => {
    const last = records.at(-1);
    if (last === undefined) return await quick.findRecords(input);
    const trainedTokens = records.reduce((sum, { tokens }) => sum + tokens, 0);
    const done = { trainedTokens, evaluations: records.length + 1 };
    return { ...noRecords, found: records.length, steps: last.nextStep, last, firstLoss: 2, done };
  };
  return fake;
}

/** The server loses the checkpoint of step 4. */
export function losesCheckpoint(): Fake {
  const fake = fakeActivities();
  const quick = { ...fake.activities };
  let isLost = false;
  fake.activities.findRecords = async (input) =>
    isLost
      ? {
          ...noRecords,
          found: 1,
          steps: 2,
          last: recordOf(2, 6),
          firstLoss: 2,
          unmeasured: [recordOf(2, 6)],
        }
      : await quick.findRecords(input);
  fake.activities.trainSegment = async (input) => {
    if (input.from !== 4 || isLost) return await quick.trainSegment(input);
    isLost = true;
    throw ApplicationFailure.create({ message: 'gone', type: 'CheckpointLostError', nonRetryable: true });
  };
  return fake;
}
