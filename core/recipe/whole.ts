import { z } from 'zod';
import { missingPrice } from '../cost/budget.js';
import { priceOf } from '../cost/price.js';
import { trainProblems } from '../training/models/train-problems.js';
import { Source } from './source.js';
import { Train } from './train.js';
import { fraction, positiveInt } from './values.js';

const Heldout = z.strictObject({
  fraction: fraction.min(0).default(0).meta({
    description:
      'Share of prompts that is held out, with at most six decimals. A prompt is never on both sides.',
  }),
  rows: z
    .int()
    .min(0)
    .meta({
      description:
        'The largest number of held-out conversations of each source; the others are in neither file.',
      whenAbsent: 'no limit',
    })
    .optional(),
});

const Mix = z.strictObject({
  rows: positiveInt
    .meta({
      description: 'The largest number of conversations in the mix; only where every source has a share.',
      whenAbsent: 'as many as the shares allow',
    })
    .optional(),
  shards: z
    .union([positiveInt.max(4096), z.literal('auto')], {
      error: 'must be a whole number from 1 to 4096, or auto',
    })
    .meta({
      description:
        'As how many files train.jsonl is written: `train-00000-of-00016.jsonl` and so on, which follow each other. `auto`: one file; above 5 GB in a bucket, files of some 100 MB to 1 GB.',
      whenAbsent: '`auto`',
    })
    .optional(),
});

/** A validated recipe has every default filled in, save `out`, `label`, `renderer` and `tokenizer`. */
export const Recipe = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/, { error: 'must be 1 to 64 of a-z 0-9 -' })
      .meta({ description: 'Name of the run in commands. The workflow id is `headrace/<name>`.' }),
    seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).meta({
      description:
        'Decides the order of the mix, which conversations a cap keeps and the order of later epochs; never what is held out.',
    }),
    out: z
      .string()
      .min(1)
      .meta({
        description:
          'Folder of the results. With a store in a bucket results are in its runs/<name>, or where an `s3://` address below the store says, and are brought to the folder. Two runs under way may not share it.',
        whenAbsent: '`runs/<name>`',
      })
      .optional(),
    sources: z.array(Source).min(1).meta({
      description: 'Where conversations come from. A duplicate stays with the source that stands first.',
    }),
    heldout: Heldout.prefault({}).meta({
      description: 'What goes into heldout.jsonl, for the held-out loss.',
    }),
    mix: Mix.prefault({}).meta({ description: 'The size of the mix, and its files.' }),
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
    for (const [index, { name }] of recipe.sources.entries()) {
      if (seen.has(name)) fail(['sources', index, 'name'], `"${name}" is used twice`);
      seen.add(name);
    }
    const shares = recipe.sources.flatMap(({ share }) => share ?? []);
    const millionths = shares.reduce((sum, share) => sum + Math.round(share * 1e6), 0);
    const everySourceHasOne = shares.length === recipe.sources.length;
    if (everySourceHasOne && millionths !== 1_000_000)
      fail(
        ['sources'],
        `every source has a share, so the shares must sum to 1, but they sum to ${millionths / 1e6}`,
      );
    if (!everySourceHasOne && millionths >= 1_000_000)
      fail(
        ['sources'],
        `shares must sum to less than 1 where a source has none, but they sum to ${millionths / 1e6}`,
      );
    if (recipe.mix.rows !== undefined && !everySourceHasOne)
      fail(['mix', 'rows'], 'needs a share on every source');
    for (const { key, problem } of recipe.train === undefined ? [] : trainProblems(recipe.train))
      fail(['train', key], problem);
    const { train } = recipe;
    if (train?.budget === undefined) return;
    const problem = missingPrice(train.budget, priceOf(train.base_model, train.price));
    if (problem !== undefined) fail(['train', 'budget', 'usd'], problem);
  });
export type Recipe = z.infer<typeof Recipe>;
