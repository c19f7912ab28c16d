import { HeadraceError } from '../errors.js';
import type { RendererName } from '../recipe.js';

/** What is known of a base model that servers offer. */
export interface BaseModel {
  /** The renderers that fit, the best first. */
  readonly renderers: readonly [RendererName, ...RendererName[]];
  /** Hub id of the tokenizer; absent where the server brings it. */
  readonly tokenizer?: string;
  readonly hiddenSize: number;
}

const llamaTokenizer = 'thinkingmachineslabinc/meta-llama-3-instruct-tokenizer';
const thinking = ['qwen3', 'qwen3_disable_thinking'] as const;
const instruct = ['qwen3_instruct'] as const;
const plain = ['role_colon'] as const;

function qwen(
  name: string,
  renderers: BaseModel['renderers'],
  hiddenSize: number,
): readonly [string, BaseModel] {
  return [`Qwen/${name}`, { renderers, tokenizer: `Qwen/${name}`, hiddenSize }];
}

function llama(
  name: string,
  renderer: 'llama3' | 'role_colon',
  hiddenSize: number,
): readonly [string, BaseModel] {
  return [`meta-llama/${name}`, { renderers: [renderer], tokenizer: llamaTokenizer, hiddenSize }];
}

/**
 * From the Tinker cookbook 0.6.1 (`model_info.py`, `hyperparam_utils.py`): the models whose renderers are
 * here.
 */
const baseModels: ReadonlyMap<string, BaseModel> = new Map([
  qwen('Qwen3-8B', thinking, 4096),
  qwen('Qwen3-32B', thinking, 5120),
  qwen('Qwen3-30B-A3B', thinking, 2048),
  qwen('Qwen3-4B-Instruct-2507', instruct, 2560),
  qwen('Qwen3-30B-A3B-Instruct-2507', instruct, 2048),
  qwen('Qwen3-235B-A22B-Instruct-2507', instruct, 4096),
  qwen('Qwen3-8B-Base', plain, 4096),
  qwen('Qwen3-30B-A3B-Base', plain, 2048),
  qwen('Qwen3.5-9B-Base', plain, 4096),
  qwen('Qwen3.5-35B-A3B-Base', plain, 2048),
  llama('Llama-3.1-8B-Instruct', 'llama3', 4096),
  llama('Llama-3.3-70B-Instruct', 'llama3', 8192),
  llama('Llama-3.1-8B', 'role_colon', 4096),
  llama('Llama-3.1-70B', 'role_colon', 8192),
  llama('Llama-3.2-1B', 'role_colon', 2048),
  llama('Llama-3.2-3B', 'role_colon', 3072),
  // The model that the project ships, on its own development server.
  ['headrace/tiny-qwen3', { renderers: ['qwen3_instruct', ...thinking], hiddenSize: 64 }],
]);

/** What is known of a base model; a suffix such as `:peft:262144` names a variant of the same model. */
export function baseModelOf(name: string): BaseModel | undefined {
  return baseModels.get(name.split(':')[0] ?? name);
}

/**
 * The renderer of a training: the recipe's, else the base model's first.
 *
 * @param known - the renderers there are, for the message.
 * @throws {HeadraceError} BaseModelError, where neither names one.
 */
export function rendererFor(
  baseModel: string,
  asked: RendererName | undefined,
  known: readonly RendererName[],
): RendererName {
  const renderer = asked ?? baseModelOf(baseModel)?.renderers[0];
  if (renderer !== undefined) return renderer;
  throw new HeadraceError(
    'BaseModelError',
    `No renderer is known for the base model ${baseModel}. There are: ${known.join(', ')}. Base models with one: ${[...baseModels.keys()].join(', ')}`,
    { remedy: 'Name the renderer that fits the model in train.renderer.' },
  );
}
