import { z } from 'zod';
import { labelPattern, maxBaseLabelLength } from '../labels.js';
import { exampleForms, rendererNames, trainOnModes } from './choices.js';
import { positiveInt } from './values.js';

/** Which model is trained, and how conversations become its tokens. */
const model = {
  base_model: z
    .string()
    .min(1)
    .meta({
      description: 'The model that gets the LoRA, by its name on the Tinker server.',
      examples: ['Qwen/Qwen3-8B'],
    }),
  from: z
    .string()
    .regex(/^tinker:\/\/[^/]+\/weights\/[^/]+$/, {
      error: 'must be the path of a saved state, tinker://<run>/weights/<name>',
    })
    .meta({
      description:
        'Saved state whose weights the training starts from; the optimizer starts from zero. Also `start --from`.',
      whenAbsent: 'a fresh LoRA',
    })
    .optional(),
  renderer: z
    .enum(rendererNames)
    .meta({ description: 'How a conversation is written for the model.', whenAbsent: 'by the base model' })
    .optional(),
  tokenizer: z
    .string()
    .min(1)
    .meta({
      description:
        'A Hub id at a revision, `owner/name@revision`, a folder (starting with `.` or `/`), or `inkling`, which comes with Headrace. A folder has `tokenizer.json`, or `tiktoken.model` and `tokenizer_config.json`, or `o200k_base.tiktoken`.',
      whenAbsent: 'by the base model',
    })
    .optional(),
  thinking_effort: z
    .number()
    .min(0)
    .lt(1)
    .meta({
      description:
        'How much the model reasons, from 0 to below 1: a line that the renderer `tml_v0` (Inkling) writes into every conversation and prompt. Other families have their efforts in the names of their renderers.',
      whenAbsent: '0.9 with `tml_v0`',
    })
    .optional(),
  current_date: z.iso
    .date({ error: 'must be a day that exists, written YYYY-MM-DD' })
    .meta({
      description:
        'The day that `gpt_oss_low_reasoning`, `_medium_` and `_high_` write into every conversation and prompt as the current date.',
      whenAbsent: 'the day the run starts, in UTC',
    })
    .optional(),
  train_on: z.enum(trainOnModes).default('all_assistant_messages').meta({
    description:
      'The tokens that the loss is on. `last_assistant_turn`: the assistant messages after the last user message; `all_tokens`: headers of messages, too.',
  }),
  examples: z.enum(exampleForms).default('conversation').meta({
    description:
      'What the training takes as one example. `turn`: one for each assistant message that `train_on` names, which ends with it. It is for models whose earlier turns are written in another form than the last one, so that one example cannot train each as the model generates it; with other models it is the same as `conversation`.',
  }),
  lora: z
    .strictObject({
      rank: positiveInt.default(32).meta({ description: 'Rank of the adapter.' }),
      seed: z.int().min(0).default(0).meta({ description: "Seed of the adapter's first weights." }),
    })
    .prefault({})
    .meta({ description: 'The adapter.' }),
};

/** Which examples are in which step. */
const steps = {
  batch_size: positiveInt.default(128).meta({
    description: 'Examples in a step. The last step of an epoch takes what is left.',
  }),
  epochs: positiveInt.default(1).meta({
    description:
      'Passes over train.jsonl: the first in the order of the file, each later one in an order of its own.',
  }),
  max_tokens: z.int().min(2).default(4096).meta({
    description:
      'Longer examples are cut at their end. One with nothing left to train on is counted and left out.',
  }),
};

const optimizer = {
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
};

/** When checkpoints are saved, under which names, and how long they stay. */
const checkpoints = {
  checkpoint_every: positiveInt.default(50).meta({
    description: 'Steps between two checkpoints: the most that a crash can cost.',
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
      description: 'Ends the training after this many steps; the schedule covers just these.',
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
};

const usdPerMillion = z.number().min(0);

/** What the training may cost. */
const cost = {
  price: z
    .strictObject({
      train: usdPerMillion.meta({ description: 'USD per million tokens that are trained.' }),
      prefill: usdPerMillion.meta({
        description: 'USD per million tokens of held-out conversations and prompts.',
      }),
      sample: usdPerMillion.meta({ description: 'USD per million tokens of answers.' }),
    })
    .meta({
      description: 'What the server charges. It changes no result, only estimates and `budget.usd`.',
      whenAbsent: 'what Headrace knows of the base model',
    })
    .optional(),
  budget: z
    .strictObject({
      tokens: positiveInt
        .meta({
          description: 'Tokens that are trained, prefilled and sampled, all together.',
          whenAbsent: 'no limit',
        })
        .optional(),
      usd: z
        .number()
        .gt(0)
        .meta({ description: 'US dollars, by the price of the training.', whenAbsent: 'no limit' })
        .optional(),
    })
    .refine(({ tokens, usd }) => tokens !== undefined || usd !== undefined, {
      error: 'must have tokens, usd or both',
    })
    .meta({
      description:
        'The training saves and waits before it would use more. `headrace change-budget` raises it, also of a run under way.',
      whenAbsent: 'no limit',
    })
    .optional(),
};

const defaultPrompts = [
  'Can you help me plan a quiet weekend?',
  'Write two sentences about why practice matters.',
  'My friend is upset with me. What should I do?',
];

/** The training on Tinker. */
export const Train = z.strictObject({
  ...model,
  ...steps,
  ...optimizer,
  ...checkpoints,
  ...cost,
  prompts: z.array(z.string().min(1)).min(1).max(16).default(defaultPrompts).meta({
    description: 'Asked of the base model and every checkpoint; the report shows the answers side by side.',
  }),
});
export type Train = z.infer<typeof Train>;
