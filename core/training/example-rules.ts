import { HeadraceError } from '../errors.js';
import type { Train, TrainOn } from '../recipe.js';
import { isSplit, type ExampleRules } from './examples.js';
import type { Renderer } from './rendering/renderer.js';

/** The rules of a recipe. */
export function exampleRules(train: Pick<Train, 'train_on' | 'examples'>): ExampleRules {
  return { trainOn: train.train_on, examples: train.examples };
}

/** A key of `train` that does not fit the renderer. */
export interface ExampleProblem {
  readonly key: 'train_on' | 'examples';
  /** The rest of a sentence that begins with the key. */
  readonly problem: string;
}

/** The modes that train turns, as the model generates them. */
const turnModes: readonly TrainOn[] = [
  'all_assistant_messages',
  'last_assistant_message',
  'last_assistant_turn',
];

/** @throws {HeadraceError} RecipeError, where a renderer cannot train what the rules ask for. */
export function checkExampleRules(renderer: Renderer, rules: ExampleRules): void {
  const found = exampleProblem(renderer, rules);
  if (found !== undefined) throw new HeadraceError('RecipeError', `train.${found.key} ${found.problem}`);
}

/** Whether an example for each turn would train reasoning that one for each conversation leaves out. */
export function turnsWouldTrain(renderer: Renderer, { trainOn, examples }: ExampleRules): boolean {
  const trainsEarlier = trainOn === 'all_assistant_messages' || trainOn === 'last_assistant_turn';
  return (
    examples === 'conversation' && renderer.rewritesHistory && !renderer.disablesThinking && trainsEarlier
  );
}

/** Why a renderer cannot train what the rules ask for; `undefined` where it can. */
export function exampleProblem(renderer: Renderer, rules: ExampleRules): ExampleProblem | undefined {
  const { name, trainOn: possible } = renderer;
  const { trainOn } = rules;
  if (possible !== undefined && !possible.includes(trainOn))
    return {
      key: 'train_on',
      problem: `cannot be ${trainOn} with the renderer ${name}: write ${possible.join(', ')}`,
    };
  if (isSplit(renderer, rules) && !turnModes.includes(trainOn))
    return {
      key: 'examples',
      problem: `cannot be turn with train_on: ${trainOn}, which trains messages that are no turn of the model; write train_on: ${turnModes.join(', ')}, or examples: conversation`,
    };
  return undefined;
}
