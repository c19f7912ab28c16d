import type { KeySchema } from '../../client/recipe/json-schema.js';
import { optionalFields, standardColumns } from '../../core/convert/layout.js';
import { sourceFormats } from '../../core/recipe.js';
import { dataSetRecipes } from './data-set-recipes.js';
import { code, markdownTable } from './markdown.js';
import { keysOf, recipeSchema } from './recipe-keys.js';
import type { RecipeKey } from './recipe-keys.js';
import { splitSection } from './split-section.js';

/** docs/recipe.md: every key of the recipe with its values, its default and its meaning. */
export function recipePage(schema: KeySchema = recipeSchema()): string {
  const keys = keysOf(schema);
  const sources = keys.filter(({ key }) => key.startsWith('sources[].'));
  const train = keys.filter(({ key }) => key.startsWith('train.'));
  return `# Recipe reference

A recipe is a YAML file. It is validated before anything starts. The error lists every problem with its line, and for an unknown key
the nearest known one. Relative paths start from the working directory. Editors complete and explain the keys with
\`recipes/recipe.schema.json\`, which \`npx headrace schema\` prints: begin the file with
\`# yaml-language-server: $schema=recipe.schema.json\`.

<!-- Made from core/recipe.ts by \`npm run docs\`; a test holds it to that. -->

${keyTable(keys.filter((key) => !sources.includes(key) && !train.includes(key)))}

## Sources

${keyTable(sources)}

${splitSection()}
### Formats

The columns of each format, by the names that \`fields\` maps, and in lists of messages the keys of a message. Without \`format\`, the
formats are tried in this order.

${markdownTable([
  ['format', 'columns'],
  ...sourceFormats.map((format) => [code(format), standardColumns[format].map(code).join(', ')]),
])}

\`fields\` may also name ${optionalFields.map(code).join(', ')}: a column, or a key of messages, that is read in place of all
usual names. Every format but \`prosocial\` reads them where they say something:

${markdownTable([
  ['name', 'usual columns', 'usual keys of messages'],
  ['`system`', '`system`, `system_prompt`', ''],
  ['`tools`', '`tools`, else `functions`', ''],
  ['`history`', '`history`, of `alpaca` and `prompt-response`', ''],
  [
    '`reasoning`',
    '`reasoning_content`, of `alpaca` and `prompt-response`',
    '`reasoning_content`, `reasoning`, `thinking`',
  ],
  ['`tool_calls`', '`tool_calls`, of `alpaca` and `prompt-response`', '`tool_calls`, `function_call`'],
  ['`weight`', '', '`weight`, `loss`, `train`, `trainable`, `loss_mask`, `loss_weight`, `loss_scale`'],
])}

\`prompt-response\` takes a text or a list of messages for each of its columns. Where \`fields\` names \`tool_calls\`, rows may have no response.
What is named like part of a conversation and is not read is counted and shown; \`ignore\` ends that for a name.

The rows of \`prosocial\` are turns: rows with the same \`dialogue_id\` become one conversation. [The mix rule](mix-rule.md) lists the known
names of roles, and the reasons to reject a row.

### Filters

A filter uses the names of columns in the files:

\`\`\`yaml
filter:
  language: English # equal in JSON type and value
  safety_label: [__casual__, __possibly_needs_caution__] # one of these
  instruct_reward: { min: -5, max: 10 } # a number, bounds included
  model: { matches: '^gpt-4' } # text in which this regular expression matches (JavaScript, flag u)
\`\`\`

A row whose column is missing or null does not pass. For \`lmsys\`, \`flagged: false\` means that moderation flagged no turn. A dialogue of
\`prosocial\` passes where all its rows do.

[The mix rule](mix-rule.md#from-conversations-to-files) defines caps, shares, held-out prompts and the seed.

### Data sets by name

Sources for data sets that many people use. Add \`rows\` or \`share\` as you need them.

\`\`\`yaml
${dataSetRecipes}\`\`\`

What looks like part of a conversation and is not read is counted, and \`preview\` shows it before a run. \`fields\` reads a column or key
that has a name of its own; \`ignore\` is for what is not part of the conversation. A \`train.renderer\` without a form for reasoning or
tools refuses rows that have them: \`reasoning: inline\` writes the reasoning into the content, and \`ignore: [tools]\` leaves the tools out.

## Sources and results in a bucket

Objects of a bucket are sources as files are. Workers read them, with the key of the store or a role that may read both:

\`\`\`yaml
name: stage1-bucket
sources:
  - { name: ultrachat, files: s3://corpora/ultrachat/*.jsonl.gz }
  - { name: more, files: [s3://corpora/more/2025.jsonl, s3://corpora/more/2026/*.parquet] }
mix: { shards: 16 }
\`\`\`

\`*\` and \`?\` stay within a folder, \`**\` crosses folders. A source has local files or objects, not both. An object is copied into the store
once; one that changes during the copy is an error.

Objects are pinned in recipe.lock.json, as commits of the Hub are: by address, size, ETag and SHA-256, and by version id where the bucket
keeps versions. A later run with the same \`files\` has these objects and no others, and notes what has changed since. An object that was
replaced or is gone is an error, unless the bucket still has its version. \`--update-lock\` of \`start\` and \`plan\` takes what is there
now and lists the changes; \`retry-source RUN SOURCE --update-lock\` does so for one source of a run that waits.

Local \`files\`, and a \`train.tokenizer\` that is a folder, work with a store in a bucket too: the command that starts the run sends them
there.

\`shards\` writes the mix as \`train-00000-of-00016.jsonl\` and so on, with a store of either kind. In this order they are train.jsonl,
byte for byte: the number of shards decides no line. Readers that take patterns read them as they are:

\`\`\`python
datasets.load_dataset("json", data_files="runs/stage1-bucket/train-*.jsonl", split="train")
\`\`\`

[From one machine to many](scaling.md) has the bucket's policy, and what it costs.

## Training

${keyTable(train)}

## Keys on the command line

\`--set key.path=value\` overrides a key. The value is YAML. Entries of a list are numbered from 0:

\`\`\`sh
npx headrace start recipes/stage1.yaml --set train.lora.rank=16 --set sources.0.rows=100 --set "train.prompts=[Who are you?]"
\`\`\`
`;
}

function keyTable(keys: readonly RecipeKey[]): string {
  return markdownTable([
    ['key', 'values', 'without it', 'meaning'],
    ...keys.map(({ key, values, without, meaning }) => [code(key), values, without, meaning]),
  ]);
}
