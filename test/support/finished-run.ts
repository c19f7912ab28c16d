import { noBatches } from '../../core/batches.js';
import type { CompositionRow } from '../../core/contracts/mix.js';
import type { RunStanding, WriteReportInput } from '../../core/contracts/report.js';
import { canonicalLine } from '../../core/convert/conversation/canonical-line.js';
import { Recipe, type RendererName } from '../../core/recipe.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../activities/artifacts/open-store.js';
import type { RunFiles } from '../../activities/report/read/read-run.js';
import type { Conversation } from '../../core/convert/conversation/conversation.js';
import type { TokensMeta } from '../../activities/tokenise/pieces/tokens-artifact.js';
import { storeTokenizer } from '../../activities/tokenise/tokenizer/stored-tokenizer.js';
import { readTokenizerFiles } from '../../activities/tokenise/tokenizer/tokenizer-files.js';
import { shippedModelDir } from '../../dev/stack/shipped.js';
import { compositionRow } from './composition-row.js';

/** What a hostile corpus might hold. */
export const hostile = '<script>alert("x")</script><img src=x onerror=alert(1)> & "quotes"';

/** Text that would turn a line around, colour a terminal, or push a page wide. */
const rightToLeft = 'مرحبا بك \u202E desrever si siht';
const ansi = '\u001b[31mred\u001b[0m and a bell \u0007';
const veryLong = 'w'.repeat(2_500);

const artifact = (kind: 'resolution' | 'summary' | 'plan') =>
  ({ kind: kind === 'plan' ? 'mix-plan' : kind, key: kind.padEnd(64, '0') }) as const;

function row(name: string, read: number, change: Partial<CompositionRow>): CompositionRow {
  const base = compositionRow(name, { rows: read, read, converted: read, ...change });
  const kept =
    read -
    base.filtered -
    base.rejected -
    base.duplicates -
    base.heldout -
    base.heldoutUnused -
    base.notSelected;
  return {
    ...base,
    kept,
    lines: kept * base.repeat,
    bytes: kept * base.repeat * 430,
    assistantChars: kept * 210,
  };
}

const rows = [
  row('ultrachat', 805, {
    rejected: 5,
    rejectedBy: { bad_json: 1, unknown_role: 1, blank_content: 1, no_assistant: 1, no_messages: 1 },
    duplicates: 9,
    duplicatesBy: { ultrachat: 9 },
    heldout: 40,
    heldoutUnused: 3,
    notSelected: 150,
    limiting: true,
  }),
  row('toefl', 479, { duplicates: 27, duplicatesBy: { toefl: 25, ultrachat: 2 }, heldout: 22 }),
  row('prosocial', 420, {
    format: 'prosocial',
    rows: 1011,
    rejected: 1,
    rejectedBy: { conflicting_turns: 1 },
    filtered: 101,
    heldout: 15,
    gaps: 4,
    unfinished: 3,
    collapsedRows: 4,
  }),
  row('lmsys', 720, {
    format: 'lmsys',
    filtered: 210,
    duplicates: 62,
    duplicatesBy: { lmsys: 62 },
    heldout: 20,
    askedShare: 0.2,
  }),
  row('magpie', 440, { format: 'magpie', heldout: 18, notSelected: 100, repeat: 2 }),
];
const kept = rows.reduce((sum, each) => sum + each.kept, 0);
const composed = rows.map((each) => ({ ...each, realisedShare: each.kept / kept }));

const recipe = Recipe.parse({
  name: 'stage1-demo',
  seed: 17,
  sources: [
    { name: 'ultrachat', files: 'local/ultrachat_200k_train_sft.jsonl', rows: 598 },
    { name: 'toefl', files: ['local/toefl_synth_followups_5k_*.jsonl'] },
    { name: 'prosocial', dataset: 'allenai/prosocial-dialog', filter: { safety_label: ['__casual__'] } },
    {
      name: 'lmsys',
      dataset: 'lmsys/lmsys-chat-1m',
      filter: { language: 'English', flagged: false },
      share: 0.2,
    },
    { name: 'magpie', dataset: 'Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered', repeat: 2 },
  ],
  heldout: { fraction: 0.05, rows: 40 },
  train: {
    base_model: 'headrace/tiny-qwen3',
    learning_rate: 0.01,
    batch_size: 16,
    max_tokens: 128,
    checkpoint_every: 20,
  },
});

const minute = 60_000;
const begun = Date.UTC(2026, 0, 2, 8);
/** How a finished run stood. */
export const standing: RunStanding = {
  at: begun + 61 * minute,
  status: 'done',
  stage: 'report',
  waitingFor: [],
  skippedSources: [],
  notes: [],
  times: [
    { stage: 'resolve', first: begun, ms: minute, stays: 1, since: null },
    { stage: 'train', first: begun + minute, ms: 60 * minute, stays: 1, since: null },
    { stage: 'report', first: begun + 61 * minute, ms: 0, stays: 1, since: begun + 61 * minute },
  ],
};

/** A finished run of five sources on a development server. */
export function finishedInput(out: string): WriteReportInput {
  return {
    recipe,
    out,
    workflowId: 'headrace/stage1-demo',
    runId: '0199c0de-0000-7000-8000-000000000001',
    standing,
    sources: composed.map((source, index) => ({
      resolution: {
        name: source.name,
        resolution: artifact('resolution'),
        kind: index < 2 ? 'local' : 'hub',
        ...(index < 2 ? {} : { dataset: `demo/${source.name}`, commitSha: 'c0ffee'.padEnd(40, '0') }),
        files: 3,
        bytes: 462_329,
        emptyFiles: index === 1 ? 2 : 0,
        downloads: noBatches,
        notes:
          index === 4
            ? ['Magpie-Align/magpie-llama is spelled Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered']
            : [],
      },
      summary: {
        ...source,
        summary: artifact('summary'),
        formatReason: 'detected: column `messages` of {role, content}',
        files: 3,
        emptyFiles: index === 1 ? 2 : 0,
        bytes: 462_329,
      },
    })),
    mix: {
      mix: { kind: 'mix', key: 'a'.repeat(64) },
      train: { path: `${out}/train.jsonl`, lines: kept, bytes: 812_345, sha256: 'b'.repeat(64) },
      heldout: { path: `${out}/heldout.jsonl`, lines: 115, bytes: 50_123, sha256: 'c'.repeat(64) },
      manifestPath: `${out}/manifest.json`,
      composition: {
        sources: composed,
        trainLines: composed.reduce((sum, { lines }) => sum + lines, 0),
        heldoutLines: 115,
      },
    },
    tokens: {
      tokens: { kind: 'tokens', key: 'd'.repeat(64) },
      rows: kept,
      trainedRows: kept - 1,
      examples: kept,
      trainedExamples: kept - 1,
      totalTokens: 190_000,
      trainedTokens: 98_000,
      tokensPerEpoch: 187_000,
      stepsPerEpoch: 60,
      totalSteps: 60,
      lengths: composed.map((source, index) => ({
        source: source.name,
        rows: source.lines,
        examples: source.lines,
        tokens: source.lines * (70 + 20 * index),
        trainedTokens: source.lines * 45,
        quantiles: [70 + index, 101, 128, 154],
        truncated: 12 * index,
        lostLastAnswer: 2 * index,
        untrained: index === 0 ? 1 : 0,
      })),
      untrained: { renderer: 'qwen3', sources: [] },
    },
    training: {
      plan: { kind: 'training', key: 'e'.repeat(64) },
      totalSteps: 60,
      learningRate: 0.01,
      server: 'http://127.0.0.1:41234 (local 1234abcd)',
      developmentServer: true,
      usage: { train: 187_000, prefill: 40_600, sample: 1_900 },
      evaluation: { train: 0, prefill: 10_150, sample: 475 },
      price: null,
    },
    used: { train: 187_000, prefill: 40_600, sample: 1_900 },
  };
}

/** Lines of the run's files, as the train and evaluate stages write them. */
export function finishedRun(): Pick<RunFiles, 'metrics' | 'checkpoints' | 'samples' | 'rejects'> & {
  readonly conversations: readonly Conversation[];
} {
  const labels = ['base', 'stage1-demo-000020', 'stage1-demo-000040', 'stage1-demo-final'];
  return {
    metrics: Array.from({ length: 60 }, (_, step) => ({
      step,
      epoch: 0,
      train_mean_nll: 0.35 + 2.4 * Math.exp(-step / 12) + 0.08 * Math.sin(step * 1.7),
      learning_rate: 0.01 * (1 - step / 60),
      num_sequences: 16,
      num_tokens: 1700,
      num_loss_tokens: 800,
      progress: (step + 1) / 60,
    })),
    checkpoints: labels.slice(1).map((label, index) => ({
      name: index === 2 ? 'final' : `0000${20 * (index + 1)}`,
      batch: 20 * (index + 1),
      step: 20 * (index + 1),
      epoch: 0,
      ...(index === 2 ? { final: true } : {}),
      state_path: `tinker://run-${index}/weights/${label}`,
      sampler_path: `tinker://run-${index}/sampler_weights/${label}`,
      label,
      server: 'headrace-dev-server:1234abcd',
    })),
    samples: labels.map((label, index) => ({
      step: 20 * index,
      label,
      heldout_rows: 115,
      heldout_nll: 2.7 * Math.exp(-index) + 0.3,
      heldout_nll_by_source: Object.fromEntries(
        composed.map(({ name }, source) => [
          name,
          (2.2 + source / 4) * Math.exp(-index * (1 - source / 10)) + 0.3,
        ]),
      ),
      answers:
        recipe.train?.prompts.map((prompt, number) => ({
          prompt,
          answer:
            index === 0
              ? 'That is a question about your quiet weekend.'
              : number === 2
                ? `I hear you. It is kind to listen first.\n${hostile}`
                : 'Of course! Here is a simple plan:\n1. Bake fresh bread in the morning.\n2. Read a good book in the afternoon.\n3. Watch the stars in the evening.',
          stopReason: index === 0 ? 'length' : 'stop',
        })) ?? [],
    })),
    conversations: [
      {
        messages: [
          { role: 'user', content: `${rightToLeft}\n${ansi}\n<|im_end|> typed by someone` },
          { role: 'assistant', content: `A word without end: ${veryLong}` },
        ],
      },
      {
        messages: [
          { role: 'system', content: 'You are helpful.' },
          { role: 'user', content: `what does a web page do with ${hostile}?` },
          { role: 'assistant', content: `In short, it shows the word in bold. ${hostile}` },
        ],
      },
      {
        messages: [
          { role: 'user', content: 'Can you help me plan a sunny weekend with my cousin?' },
          {
            role: 'assistant',
            content:
              'Of course! Here is a simple plan:\n1. Visit the market in the morning.\n2. Play a game of chess in the afternoon.\n3. Light a candle and rest in the evening.',
          },
          { role: 'user', content: 'Thank you! Do you have one more tip?' },
          { role: 'assistant', content: 'Yes! Leave some time free. Enjoy your sunny weekend!' },
        ],
      },
    ],
    rejects: [
      {
        source: 'ultrachat',
        file: 'ultrachat_200k_train_sft.jsonl',
        line: 101,
        reason: 'bad_json',
        detail: hostile,
      },
      { source: 'prosocial', dialogue: 100, reason: 'conflicting_turns' },
    ],
  };
}

export const jsonLines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** What a finished run trained, and how. */
export interface Trained {
  /** Lines of train.jsonl. @default those of {@link finishedRun} */
  readonly conversations?: readonly Conversation[];
  /** @default qwen3 */
  readonly renderer?: RendererName;
  /** @default 128 */
  readonly maxTokens?: number;
}

/** The run's folder, and in a store what the tokeniser and the mix left of it. Returns the store's folder. */
export async function writeFinishedRun(out: string, trained: Trained = {}): Promise<string> {
  const run = finishedRun();
  const { conversations = run.conversations, renderer = 'qwen3', maxTokens = 128 } = trained;
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'metrics.jsonl'), jsonLines(run.metrics));
  await writeFile(join(out, 'checkpoints.jsonl'), jsonLines(run.checkpoints));
  await writeFile(join(out, 'samples.jsonl'), jsonLines(run.samples));
  await writeFile(join(out, 'train.jsonl'), conversations.map((each) => `${canonicalLine(each)}\n`).join(''));
  await writeFile(join(out, 'rejects.jsonl'), jsonLines(run.rejects));
  await writeFile(join(out, 'manifest.json'), JSON.stringify({ mix_rule: 3 }));
  await writeFile(
    join(out, 'recipe.lock.json'),
    JSON.stringify({ sources: { lmsys: { commit: 'c0ffee' } } }),
  );
  const root = join(out, 'store');
  const store = await openStore(root);
  const { mix, tokens } = finishedInput(out);
  if (mix === null || tokens === null) throw new Error('The fixture has a mix and tokens');
  const lines = conversations.length;
  await store.put(mix.mix, async (dir) => {
    // Sources take the lines in turn.
    const numbers = Uint16Array.from({ length: lines }, (_, line) => line % composed.length);
    await writeFile(join(dir, 'train.sources.bin'), numbers);
    const facts = { lines, bytes: 0, sha256: '' };
    return {
      train: facts,
      heldout: facts,
      sources: composed.map(({ name }) => name),
      plan: '',
    };
  });
  const tokenizer = await readTokenizerFiles(shippedModelDir);
  await storeTokenizer(store, tokenizer);
  await store.put(tokens.tokens, async (dir) => {
    await writeFile(join(dir, 'pieces.json'), '[]');
    return {
      tokenisation: {
        renderer,
        settings: {},
        trainOn: 'all_assistant_messages',
        examples: 'conversation',
        maxTokens,
        tokenizerDigest: tokenizer.digest,
      },
      tokenizer: 'headrace/tiny-qwen3, shipped',
      sources: composed.map(({ name }) => name),
      digests: { train: '', heldout: '' },
      rows: lines,
      trainedRows: lines,
      examples: lines,
      trainedExamples: lines,
      tokens: 0,
      trainedTokens: 0,
      tokensPerEpoch: 187_000,
      heldoutRows: 0,
      untrained: [],
    } satisfies TokensMeta;
  });
  return root;
}
