import { formatCount } from '../../core/format.js';
import { rendererNames, type RendererName } from '../../core/recipe.js';
import { rendererNamed } from '../../core/training/families/index.js';
import type { ChatMessage } from '../../core/training/rendering/chat.js';
import type { Renderer } from '../../core/training/rendering/renderer.js';
import type { BaseModel } from '../../core/training/models/base-model.js';
import { baseModels } from '../../core/training/models/base-models.js';
import { tableSource } from '../../core/training/models/model-table.js';
import { refusedModels } from '../../core/training/models/refused-models.js';
import { autoLearningRate, hasAutoRate } from '../../core/training/schedule.js';
import { code, markdownTable } from './markdown.js';

/** docs/models.md: which model, which renderer, and what goes with them. */
export function modelsPage(): string {
  const tinker = baseModels.filter(({ vocabulary }) => vocabulary !== undefined);
  const retired = tinker.filter((model) => model.retired === true);
  return `# Choosing a model

\`train.base_model\` is the name under which the server offers a model, with its suffix if it has one: \`:peft:262144\` is the same model
with a longer context. The server decides what can be trained. Headrace knows renderers, tokenizers, contexts and learning rates from a
table, and shows both side by side:

\`\`\`sh
npx headrace models                 # every model of the table and of the server
npx headrace models qwen3.8         # all that is known of those with this in their names
npx headrace doctor RECIPE          # whether the server trains the recipe's model, and where it differs from the table
\`\`\`

[\`recipes/models\`](../recipes/models) has a small recipe for each family, on the corpora that come with Headrace. Copy one and name your
sources in it.

<!-- Made from core/training/models by \`npm run docs\`; a test holds it to that. -->

## The models

From ${tableSource}. The context is the longest sequence in tokens; \`train.max_tokens\` has to be within it.
Without \`train.renderer\` a model has the first of its renderers. The last column is the rate of \`learning_rate: auto\`; where it is empty,
the cookbook has no formula, and the recipe needs a number.

${modelTable(tinker.filter((model) => model.retired !== true))}

Tinker has retired these, which servers of your own may still offer:

${retired.map(({ name, renderers }) => `- ${code(name)}: ${renderers.map(code).join(', ')}`).join('\n')}

Refused by name:

${[...refusedModels].map(([name, reason]) => `- ${code(name)}: ${reason}.`).join('\n')}

Only text is trained, also with models that take images or audio: a row with an image, audio or a file is rejected as \`not_only_text\`
when it is converted.

A model that is not in the table is trained with \`train.renderer\`, \`train.tokenizer\` and a number as \`train.learning_rate\`.

## The renderers

A renderer writes conversations as the Tinker cookbook's renderer of that name does, token for token. A control token that is typed in a
text stays text.

${rendererTable()}

### Data without reasoning

Take the family's renderer without thinking (\`…_disable_thinking\`, \`deepseekv3\`). Where its prompt has
an empty think block, a turn that reasons is refused: it could never be sampled after that prompt. The other renderers of Nemotron train
such turns after an empty block and sample after an open one.

### Reasoning in several turns

Most renderers write earlier turns without it. One example then trains the last turn only, and
\`plan\`, the terminal and the report count what is left out. \`train.examples: turn\` makes one example of each turn, as the model generates
it. The renderers of \`…_preserve_thinking\`, Qwen3.8, gpt-oss, GLM-5.3 and Inkling keep the reasoning of every turn.

### The effort

It is in the name of the renderer (\`qwen3_8_low_reasoning\`, \`gpt_oss_high_reasoning\`), save for Inkling:
\`train.thinking_effort\`, from 0 to below 1, is a line of every conversation and prompt of \`tml_v0\`. Train and sample with the same one.

### The date

It is written by \`gpt_oss_low_reasoning\`, \`_medium_\` and \`_high_\`. It is \`train.current_date\`, else the day on which the run
started, in UTC. It is fixed for the whole run, also where the run is paused or killed, and part of the key of its tokens: with a date in
the recipe a later run reuses them.

### Base models

They have no chat format of their own and are trained with \`role_colon\`, which has no form for reasoning and tools.
`;
}

function modelTable(models: readonly BaseModel[]): string {
  const rows = models.map((model) => [
    code(model.name),
    contextText(model),
    model.renderers.map(code).join(', '),
    hasAutoRate(model.name) ? autoLearningRate(model.name).toExponential(2) : '',
  ]);
  return markdownTable([['model', 'context', 'renderers', 'auto rate'], ...rows]);
}

function contextText({ context, longContext }: BaseModel): string {
  const long =
    longContext === undefined ? [] : [`${formatCount(longContext)} with ${code(`:peft:${longContext}`)}`];
  const bare = context === undefined ? [] : [formatCount(context)];
  return bare.length === 0 ? `${long.join('')} only` : [...bare, ...long].join('; ');
}

/** Of every renderer, what it writes. */
function rendererTable(): string {
  const rows = rendererNames.map((name) => [code(name), ...abilities(name)]);
  const head = [
    'renderer',
    'reasoning of the last turn',
    'of earlier turns',
    'tools',
    'one example trains every turn',
  ];
  return markdownTable([head, ...rows]);
}

function abilities(name: RendererName): readonly string[] {
  // Some renderers need a date; none of these facts depends on it.
  const renderer = rendererNamed(name, { currentDate: '2026-01-01' });
  const [earlier = '', last = ''] = reasoningOf(renderer);
  return [
    renderer.disablesThinking ? 'refused' : last,
    earlier,
    renderer.declareTools === undefined ? 'refused' : 'written',
    renderer.rewritesHistory ? 'no' : 'yes',
  ];
}

/** What becomes of the reasoning in the first and the last of two turns. */
function reasoningOf(renderer: Renderer): readonly string[] {
  if (!renderer.hasReasoning) return ['refused', 'refused'];
  const turn = (from: number): readonly ChatMessage[] => [
    { role: 'user', content: 'q', from },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 't' },
        { type: 'text', text: 'a' },
      ],
      from: from + 1,
    },
  ];
  const chat = [...turn(0), ...turn(2)];
  const messages = renderer.prepare?.(chat) ?? chat;
  const written = renderer.write(messages, { bos: null, purpose: 'training', whole: messages }).messages;
  return written
    .filter(({ message: { role } }) => role === 'assistant')
    .map(({ leavesOutReasoning = false }) => (leavesOutReasoning ? 'left out' : 'written'));
}
