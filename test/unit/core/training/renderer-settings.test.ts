import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRecipe } from '../../../../client/recipe/recipe-file.js';
import { HeadraceError } from '../../../../core/errors.js';
import { rendererNames } from '../../../../core/recipe.js';
import { rendererSettings } from '../../../../core/training/models/renderer-settings.js';
import { settingTexts } from '../../../../core/training/models/settings-text.js';

const startedOn = '2026-11-28';

/** The messages of the problems that a recipe with this `train` has. */
function problems(train: string): readonly string[] {
  const text = `name: a\nsources:\n  - { name: a, files: a.jsonl }\ntrain:\n${train}`;
  try {
    parseRecipe(text, 'recipe.yaml');
    return [];
  } catch (error) {
    assert.ok(error instanceof HeadraceError && error.type === 'RecipeError', String(error));
    return error.message.split('\n');
  }
}

void test('gpt-oss with an effort has the day on which the run started, or that of the recipe', () => {
  const base = { base_model: 'openai/gpt-oss-20b', renderer: 'gpt_oss_high_reasoning' } as const;
  assert.deepEqual(rendererSettings(base, startedOn), { currentDate: startedOn });
  assert.deepEqual(rendererSettings({ ...base, current_date: '2025-01-02' }, startedOn), {
    currentDate: '2025-01-02',
  });
});

void test('Inkling has an effort of 0.9, or that of the recipe', () => {
  const base = { base_model: 'thinkingmachines/Inkling' };
  assert.deepEqual(rendererSettings(base, startedOn), { effort: 0.9 });
  assert.deepEqual(rendererSettings({ ...base, thinking_effort: 0 }, startedOn), { effort: 0 });
});

void test('no other renderer has settings, so that its tokens are the same on every day', () => {
  const dated = ['gpt_oss_low_reasoning', 'gpt_oss_medium_reasoning', 'gpt_oss_high_reasoning'];
  for (const renderer of rendererNames)
    if (renderer !== 'tml_v0' && !dated.includes(renderer))
      assert.deepEqual(rendererSettings({ base_model: 'a/b', renderer }, startedOn), {}, renderer);
});

void test('settings are shown in words', () => {
  assert.deepEqual(settingTexts({}), []);
  assert.deepEqual(settingTexts({ effort: 0.5 }), ['thinking effort 0.5']);
  assert.deepEqual(settingTexts({ currentDate: startedOn }), ['current date 2026-11-28']);
  assert.match(settingTexts({ currentDate: startedOn }, false)[0] ?? '', /the day on which it starts/);
});

void test('an effort with a renderer that writes none is an error with its line, and names the renderers with efforts', () => {
  const [found = '', ...others] = problems(
    '  base_model: Qwen/Qwen3.8-27B\n  learning_rate: auto\n  thinking_effort: 0.5\n',
  );
  assert.deepEqual(others, []);
  assert.match(found, /^recipe\.yaml:7: "train\.thinking_effort" is written by the renderer tml_v0 only/);
  assert.match(found, /the renderer is qwen3_8_xhigh_reasoning: remove the key/);
  assert.match(found, /qwen3_8_xhigh_reasoning, qwen3_8_medium_reasoning, qwen3_8_low_reasoning/);
  assert.doesNotMatch(
    problems('  base_model: Qwen/Qwen3-8B\n  learning_rate: auto\n  thinking_effort: 0.5\n')[0] ?? '',
    /names of renderers/,
  );
});

void test('the efforts of a family are named without those of another', () => {
  const found = (renderer: string): string =>
    problems(
      `  base_model: a/b\n  renderer: ${renderer}\n  learning_rate: 0.1\n  thinking_effort: 0.5\n`,
    )[0] ?? '';
  assert.match(found('nemotron3'), /renderers: nemotron3_low_thinking \(/);
  assert.match(found('nemotron3_ultra_disable_thinking'), /renderers: nemotron3_ultra_medium_thinking \(/);
  assert.match(
    found('glm5_3_low_reasoning'),
    /glm5_3_max_reasoning, glm5_3_high_reasoning, glm5_3_low_reasoning/,
  );
});

void test('an effort is from 0 to below 1, and a date is a day that exists', () => {
  const inkling = '  base_model: thinkingmachines/Inkling\n  learning_rate: 1.0e-4\n';
  assert.deepEqual(problems(`${inkling}  thinking_effort: 0.99\n`), []);
  assert.match(
    problems(`${inkling}  thinking_effort: 1\n`)[0] ?? '',
    /:7: "train\.thinking_effort".*\(found: 1\)/,
  );
  const gpt =
    '  base_model: openai/gpt-oss-20b\n  renderer: gpt_oss_low_reasoning\n  learning_rate: 1.0e-4\n';
  assert.deepEqual(problems(`${gpt}  current_date: 2026-11-28\n`), []);
  assert.match(
    problems(`${gpt}  current_date: 2026-02-30\n`)[0] ?? '',
    /must be a day that exists.*"2026-02-30"/,
  );
});

void test('a date with a renderer that writes none is an error with its line', () => {
  const [found = ''] = problems(
    '  base_model: openai/gpt-oss-20b\n  learning_rate: 1.0e-4\n  current_date: 2026-11-28\n',
  );
  assert.match(
    found,
    /^recipe\.yaml:7: "train\.current_date" is written by the renderers gpt_oss_low_reasoning,/,
  );
  assert.match(found, /and the renderer is gpt_oss_no_sysprompt/);
});

void test('a train_on or examples that the renderer cannot train are errors with their lines', () => {
  assert.match(
    problems(
      '  base_model: thinkingmachines/Inkling\n  learning_rate: 1.0e-4\n  train_on: all_messages\n',
    )[0] ?? '',
    /^recipe\.yaml:7: "train\.train_on" cannot be all_messages with the renderer tml_v0: write all_assistant_messages, /,
  );
  assert.match(
    problems(
      '  base_model: Qwen/Qwen3-8B\n  learning_rate: auto\n  examples: turn\n  train_on: all_tokens\n',
    )[0] ?? '',
    /^recipe\.yaml:7: "train\.examples" cannot be turn with train_on: all_tokens, /,
  );
});

void test('learning_rate: auto without a formula and a model that is refused are errors with their lines', () => {
  assert.match(
    problems('  base_model: zai-org/GLM-5.3:peft:262144\n  learning_rate: auto\n')[0] ?? '',
    /^recipe\.yaml:6: "train\.learning_rate" cannot be auto for zai-org\/GLM-5\.3:peft:262144: .*give a number/,
  );
  assert.match(
    problems('  base_model: moonshotai/Kimi-K3.1-Pro\n  learning_rate: 0.1\n')[0] ?? '',
    /^recipe\.yaml:5: "train\.base_model" cannot be moonshotai\/Kimi-K3\.1-Pro, which Headrace does not train/,
  );
});
