import { z } from 'zod';
import { roles } from './convert/roles.js';
import { labelPattern, maxBaseLabelLength } from './labels.js';

/**
 * The recipe: what a user asks for. One zod schema validates it, types it and makes the JSON Schema for editors.
 * Keys are written as users write them, in snake case, so that errors and docs name the same thing. What a key means is said
 * here, once: editors and docs/recipe.md have it from the metadata. `whenAbsent` is what holds without a key that is
 * optional and has no fixed default.
 * Workflow code may import types from here, never values: zod would enter the workflow bundle.
 */

const sixDecimals = (value: number): boolean => Number(value.toFixed(6)) === value;
const positiveInt = z.int().min(1);

export const sourceFormats = [
  'messages',
  'lmsys',
  'prosocial',
  'magpie',
  'sharegpt',
  'alpaca',
  'prompt-response',
] as const;
/** The shapes of rows that Headrace converts, in the order in which detection tries them. */
export type SourceFormat = (typeof sourceFormats)[number];

export const rendererNames = [
  'role_colon',
  'llama3',
  'qwen3',
  'qwen3_disable_thinking',
  'qwen3_instruct',
] as const;
export type RendererName = (typeof rendererNames)[number];

export const trainOnModes = [
  'all_assistant_messages',
  'last_assistant_message',
  'last_assistant_turn',
  'all_messages',
  'all_tokens',
] as const;
export type TrainOn = (typeof trainOnModes)[number];

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/** One condition of a `filter`. */
export const FilterCondition = z.union([
  Scalar,
  z.array(Scalar).min(1),
  z.strictObject({
    min: z.number().optional(),
    max: z.number().optional(),
  }),
  z.strictObject({
    matches: z.string().refine(
      (text) => {
        try {
          return new RegExp(text, 'u') instanceof RegExp;
        } catch {
          return false;
        }
      },
      { error: 'is not a JavaScript regular expression (flag u)' },
    ),
  }),
]);
export type FilterCondition = z.infer<typeof FilterCondition>;

export const Source = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, {
        error: 'must be 1 to 64 letters, digits, "_", "." or "-", starting with a letter or digit',
      })
      .meta({ description: 'What the source is called in commands and the report; unique in the recipe.' }),
    files: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .meta({
        description:
          'Local files: a path, a glob, or a list of them. JSON Lines, JSON or parquet; plain, `.gz` or `.zst`. Files of zero bytes are left out and listed.',
        whenAbsent: '`dataset`',
        examples: [['data/toefl_*.jsonl', 'data/more.jsonl.gz']],
      })
      .optional(),
    dataset: z
      .string()
      .min(1)
      .meta({
        description:
          'A dataset of the Hugging Face Hub, `owner/name`. Upper and lower case do not matter; what the Hub calls it is said.',
        whenAbsent: '`files`',
        examples: ['allenai/prosocial-dialog'],
      })
      .optional(),
    revision: z
      .string()
      .min(1)
      .meta({
        description:
          'Branch, tag or commit of the dataset. The commit is pinned in recipe.lock.json; `--update-lock` moves it.',
        whenAbsent: '`main`',
      })
      .optional(),
    config: z
      .string()
      .min(1)
      .meta({ description: 'Config (subset) of the dataset.', whenAbsent: 'the default one' })
      .optional(),
    split: z
      .string()
      .min(1)
      .meta({
        description: 'Split of the dataset; `valid`, `dev` and `val` mean `validation`.',
        whenAbsent: '`train`',
      })
      .optional(),
    data_files: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .meta({
        description: 'Globs in the repository of the dataset, in place of the files of the split.',
        whenAbsent: 'what the dataset card or the names say',
        examples: ['data/train-*.parquet'],
      })
      .optional(),
    format: z
      .enum(sourceFormats)
      .meta({
        description: 'The shape of the rows.',
        whenAbsent: 'detected, and the reason said',
      })
      .optional(),
    fields: z
      .record(z.string(), z.string().min(1))
      .meta({
        description: 'Where columns have other names: the column of the format → yours.',
        whenAbsent: 'the names of the format',
        examples: [{ prompt: 'question', response: 'answer' }],
      })
      .optional(),
    roles: z
      .record(z.string(), z.enum(roles))
      .meta({
        description: 'Further names of roles, compared in lower case.',
        whenAbsent: 'none',
        examples: [{ tutor: 'assistant' }],
      })
      .optional(),
    filter: z
      .record(z.string(), FilterCondition)
      .meta({
        description: 'Which rows to take, by column; every condition has to hold.',
        whenAbsent: 'every row',
        examples: [{ language: 'English', turn: { min: 2 } }],
      })
      .optional(),
    rows: positiveInt
      .meta({
        description:
          'At most so many conversations, the same ones every time. Not together with `share`. A smaller cap is a subset of a larger one.',
        whenAbsent: 'all',
      })
      .optional(),
    share: z
      .number()
      .gt(0)
      .max(1)
      .refine(sixDecimals, { error: 'has more than six decimals' })
      .meta({
        description:
          'Share of the mix, with at most six decimals. Not together with `rows`. Nothing is repeated to reach it.',
        whenAbsent: '`rows`, or all there are',
      })
      .optional(),
    repeat: positiveInt.default(1).meta({ description: 'Copies of each selected conversation.' }),
    max_reject_fraction: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .meta({ description: 'Where more of the conversations than this are rejected, the source fails.' }),
  })
  .superRefine((source, context) => {
    const fail = (message: string): void => context.addIssue({ code: 'custom', message });
    if (source.files === undefined && source.dataset === undefined)
      fail('needs `files` (local) or `dataset` (Hugging Face)');
    if (source.files !== undefined && source.dataset !== undefined)
      fail('has both `files` and `dataset`; take one');
    if (source.rows !== undefined && source.share !== undefined)
      fail('has both `rows` and `share`; take one');
    if (source.files !== undefined)
      for (const key of ['revision', 'config', 'split', 'data_files'] as const)
        if (source[key] !== undefined) fail(`\`${key}\` goes with \`dataset\`, not with \`files\``);
  });
export type Source = z.infer<typeof Source>;

export const defaultPrompts = [
  'Can you help me plan a quiet weekend?',
  'Write two sentences about why practice matters.',
  'My friend is upset with me. What should I do?',
] as const;

export const Train = z.strictObject({
  base_model: z
    .string()
    .min(1)
    .meta({
      description: 'The model that gets the LoRA, as the Tinker server names it.',
      examples: ['Qwen/Qwen3-8B'],
    }),
  from: z
    .string()
    .regex(/^tinker:\/\/[^/]+\/weights\/[^/]+$/, {
      error: 'must be the path of a saved state, tinker://<run>/weights/<name>',
    })
    .meta({
      description:
        'Saved state whose weights the training begins from; the optimizer starts anew. Also `start --from`.',
      whenAbsent: 'a fresh LoRA',
    })
    .optional(),
  renderer: z
    .enum(rendererNames)
    .meta({
      description: 'How a conversation is written for the model.',
      whenAbsent: 'by the base model',
    })
    .optional(),
  tokenizer: z
    .string()
    .min(1)
    .meta({
      description: 'A Hub id at a revision, `owner/name@revision`, or a folder (starting with `.` or `/`).',
      whenAbsent: 'by the base model',
    })
    .optional(),
  train_on: z.enum(trainOnModes).default('all_assistant_messages').meta({
    description:
      'What the loss is on. `last_assistant_turn`: the assistant messages after the last user message; `all_tokens`: headers of messages, too.',
  }),
  lora: z
    .strictObject({
      rank: positiveInt.default(32).meta({ description: 'Rank of the adapter.' }),
      seed: z.int().min(0).default(0).meta({ description: "Seed of the adapter's first weights." }),
    })
    .prefault({})
    .meta({ description: 'The adapter.' }),
  batch_size: positiveInt.default(128).meta({
    description: 'Conversations in a step. The last step of an epoch takes what is left.',
  }),
  epochs: positiveInt.default(1).meta({
    description:
      'Passes over train.jsonl: the first in the order of the file, each later one in an order of its own.',
  }),
  max_tokens: z.int().min(2).default(4096).meta({
    description:
      'Where a conversation is cut, at its end. One with nothing left to train on is counted and left out.',
  }),
  learning_rate: z
    .union([z.number().gt(0), z.literal('auto')], { error: 'must be a number above 0, or auto' })
    .meta({
      description: "Before warm-up and schedule. `auto`: the Tinker cookbook's formula for the base model.",
    }),
  schedule: z
    .enum(['linear', 'cosine', 'constant'])
    .default('linear')
    .meta({ description: 'How the learning rate falls over all steps.' }),
  warmup_steps: z
    .int()
    .min(0)
    .default(0)
    .meta({ description: 'Steps over which the learning rate rises at the beginning.' }),
  adam: z
    .strictObject({
      beta1: z.number().min(0).lt(1).default(0.9).meta({ description: 'Decay of the mean of gradients.' }),
      beta2: z
        .number()
        .min(0)
        .lt(1)
        .default(0.95)
        .meta({ description: 'Decay of the mean of squared gradients.' }),
      eps: z.number().gt(0).default(1e-8).meta({ description: 'Added to the denominator.' }),
      weight_decay: z.number().min(0).default(0).meta({ description: 'Weight decay, as in AdamW.' }),
      grad_clip_norm: z
        .number()
        .min(0)
        .default(0)
        .meta({ description: 'Largest 2-norm of all gradients together; 0 clips nothing.' }),
    })
    .prefault({})
    .meta({ description: 'The optimizer.' }),
  checkpoint_every: positiveInt.default(50).meta({
    description: 'Steps between two checkpoints: what a crash can cost at most.',
  }),
  keep_last: positiveInt
    .min(2)
    .meta({
      description: 'How many of the newest checkpoints stay on the server; older ones are deleted.',
      whenAbsent: 'all',
    })
    .optional(),
  ttl_seconds: z.int().min(3600).max(315_360_000).default(604_800).meta({
    description:
      'Time to live of checkpoints on the server, in seconds. The final one has none; a run that waits renews that of its newest two.',
  }),
  max_steps: positiveInt
    .meta({
      description: 'Ends the training after so many steps; the schedule is laid over them.',
      whenAbsent: 'whole epochs',
    })
    .optional(),
  label: z
    .string()
    .regex(labelPattern, {
      error:
        'cannot be a checkpoint label: a label is a name, not a path; allowed are 1 to 255 of A-Z a-z 0-9 _ -',
    })
    .max(maxBaseLabelLength)
    .meta({
      description:
        'Checkpoints are called `<label>-000050`, …, `<label>-final` on the server. A label is a name, not a path.',
      whenAbsent: '`name` of the recipe',
    })
    .optional(),
  prompts: z
    .array(z.string().min(1))
    .min(1)
    .max(16)
    .default([...defaultPrompts])
    .meta({
      description: 'Asked of the base model and every checkpoint; the report has the answers side by side.',
    }),
});
export type Train = z.infer<typeof Train>;

export const Recipe = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/, { error: 'must be 1 to 64 of a-z 0-9 -' })
      .meta({ description: 'What commands call the run. The workflow id is `headrace/<name>`.' }),
    seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).meta({
      description:
        'Decides the order of the mix, which conversations a cap keeps and the order of later epochs; never what is held out.',
    }),
    out: z
      .string()
      .min(1)
      .meta({
        description: 'Folder of the results. Two runs under way may not share it.',
        whenAbsent: '`runs/<name>`',
      })
      .optional(),
    sources: z.array(Source).min(1).meta({
      description: 'Where conversations come from. Of a duplicate, the source that stands first has it.',
    }),
    heldout: z
      .strictObject({
        fraction: z
          .number()
          .min(0)
          .max(1)
          .refine(sixDecimals, { error: 'has more than six decimals' })
          .default(0)
          .meta({
            description:
              'Share of prompts that is held out, with at most six decimals. A prompt is never on both sides.',
          }),
        rows: z
          .int()
          .min(0)
          .meta({
            description:
              'At most so many held-out conversations of each source; the others are in neither file.',
            whenAbsent: 'no limit',
          })
          .optional(),
      })
      .prefault({})
      .meta({ description: 'What goes into heldout.jsonl, for the held-out loss.' }),
    mix: z
      .strictObject({
        rows: positiveInt
          .meta({
            description: 'At most so many conversations in the mix; only where every source has a share.',
            whenAbsent: 'as many as the shares allow',
          })
          .optional(),
      })
      .prefault({})
      .meta({ description: 'The size of the mix.' }),
    review: z
      .boolean()
      .default(false)
      .meta({ description: 'The run waits after the mix, until `headrace approve`.' }),
    train: Train.meta({
      description: 'The training on Tinker.',
      whenAbsent: 'the run ends after the mix',
    }).optional(),
  })
  .superRefine((recipe, context) => {
    const fail = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const seen = new Set<string>();
    for (const [index, source] of recipe.sources.entries()) {
      if (seen.has(source.name)) fail(['sources', index, 'name'], `"${source.name}" is used twice`);
      seen.add(source.name);
    }
    const shares = recipe.sources.filter((source) => source.share !== undefined);
    const total = shares.reduce((sum, source) => sum + Math.round((source.share ?? 0) * 1e6), 0);
    const allShares = shares.length === recipe.sources.length;
    if (allShares && total !== 1_000_000)
      fail(
        ['sources'],
        `every source has a share, so the shares must sum to 1, but they sum to ${total / 1e6}`,
      );
    if (!allShares && total >= 1_000_000)
      fail(
        ['sources'],
        `shares must sum to less than 1 where a source has none, but they sum to ${total / 1e6}`,
      );
    if (recipe.mix.rows !== undefined && !allShares) fail(['mix', 'rows'], 'needs a share on every source');
  });
/** A validated recipe with every default filled in, save `out`, `label`, `renderer` and `tokenizer`. */
export type Recipe = z.infer<typeof Recipe>;
