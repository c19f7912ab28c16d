import { z } from 'zod';
import { isBucketPattern, parseBucketPattern } from '../hub/bucket-pattern.js';
import { rowRoles } from '../convert/conversation/roles.js';
import { reasoningForms, sourceFormats } from './choices.js';
import { FilterCondition } from './filter.js';
import { fraction, oneOrMore, positiveInt } from './values.js';

/** Which files a source has: local ones, objects of a bucket, or those of a Hub dataset. */
const place = {
  files: oneOrMore
    .meta({
      description:
        'Local files, or objects of a bucket: a path, a glob, or a list of them. Objects are pinned in recipe.lock.json; `--update-lock` moves it. JSON Lines, JSON lists or parquet; plain or packed with gzip or zstd. The first bytes of a file decide what it is. Files of zero bytes are left out and listed.',
      whenAbsent: '`dataset`',
      examples: [['data/toefl_*.jsonl', 'data/more.jsonl.gz'], 's3://corpora/toefl/*.jsonl'],
    })
    .optional(),
  dataset: z
    .string()
    .min(1)
    .meta({
      description:
        "A dataset of the Hugging Face Hub, `owner/name`. Upper and lower case do not matter; the run reports the Hub's own spelling.",
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
  data_files: oneOrMore
    .meta({
      description: 'Globs in the repository of the dataset, in place of the files of the split.',
      whenAbsent: 'by the README.md of the dataset, or by the names of the files',
      examples: ['data/train-*.parquet'],
    })
    .optional(),
};

/** How rows become conversations. */
const reading = {
  format: z
    .enum(sourceFormats)
    .meta({ description: 'The shape of the rows.', whenAbsent: 'detected; the run reports why' })
    .optional(),
  fields: z
    .record(z.string(), z.string().min(1))
    .meta({
      description:
        'Where columns, or keys of messages, have other names: the name of the format, or an optional one (see Formats) → yours.',
      whenAbsent: 'the names of the format',
      examples: [{ prompt: 'question', response: 'answer' }],
    })
    .optional(),
  roles: z
    .record(z.string(), z.enum(rowRoles))
    .meta({
      description: 'Further names of roles, compared in lower case.',
      whenAbsent: 'none',
      examples: [{ tutor: 'assistant' }],
    })
    .optional(),
  ignore: z
    .array(z.string().min(1))
    .min(1)
    .meta({
      description:
        'Columns, and keys of messages, that are neither read nor counted as not read. A filter still sees them.',
      whenAbsent: 'none',
      examples: [['context', 'label']],
    })
    .optional(),
  reasoning: z
    .enum(reasoningForms)
    .meta({
      description:
        'Where the reasoning of an assistant goes: `reasoning_content` of its message, or a `<think>` block before its content.',
      whenAbsent: '`field`',
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
};

/** How much of the source goes into the mix. */
const amount = {
  rows: positiveInt
    .meta({
      description:
        'The largest number of conversations; the same ones are kept every time. Not together with `share`. A smaller cap is a subset of a larger one.',
      whenAbsent: 'all',
    })
    .optional(),
  share: fraction
    .gt(0)
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
    .meta({ description: 'If a larger fraction of the conversations is rejected, the source fails.' }),
};

/** One corpus of the mix. */
export const Source = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, {
        error: 'must be 1 to 64 letters, digits, "_", "." or "-", starting with a letter or digit',
      })
      .meta({ description: 'Name of the source in commands and the report; unique in the recipe.' }),
    ...place,
    ...reading,
    ...amount,
  })
  .superRefine((source, context) => {
    const fail = (message: string): void => context.addIssue({ code: 'custom', message });
    if (source.files === undefined && source.dataset === undefined)
      fail('needs `files` (local) or `dataset` (Hugging Face)');
    if (source.files !== undefined && source.dataset !== undefined)
      fail('has both `files` and `dataset`; take one');
    if (source.rows !== undefined && source.share !== undefined)
      fail('has both `rows` and `share`; take one');
    const bucketPatterns = [source.files ?? []].flat().filter(isBucketPattern);
    if (bucketPatterns.length > 0 && bucketPatterns.length < [source.files].flat().length)
      fail('has both local files and objects of a bucket in `files`; make two sources of them');
    const noObject = bucketPatterns.find((pattern) => parseBucketPattern(pattern) === undefined);
    if (noObject !== undefined)
      fail(`\`files\` has "${noObject}", which names no object; expected s3://bucket/path/*.jsonl`);
    if (source.files !== undefined)
      for (const key of ['revision', 'config', 'split', 'data_files'] as const)
        if (source[key] !== undefined) fail(`\`${key}\` goes with \`dataset\`, not with \`files\``);
  });
export type Source = z.infer<typeof Source>;
