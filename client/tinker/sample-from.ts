import {
  resolveTokenizer,
  type TokenizerSources,
} from '../../activities/tokenise/tokenizer/resolve-tokenizer.js';
import { modelEncoder } from '../../activities/tokenise/tokenizer/model-encoder.js';
import { sampleAnswer } from '../../activities/train/evaluation/sample-answer.js';
import { developmentModelDir, type TinkerAccess } from '../../activities/train/server/tinker-access.js';
import { isTinkerError, withTinkerErrors } from '../../activities/train/server/tinker-errors.js';
import type { Answer } from '../../core/contracts/evaluation.js';
import type { Message } from '../../core/convert/conversation/conversation.js';
import { dayOf } from '../../core/day.js';
import { defined } from '../../core/defined.js';
import { HeadraceError } from '../../core/errors.js';
import type { RendererName } from '../../core/recipe.js';
import { chosenRenderer } from '../../core/training/models/chosen-renderer.js';
import type { SettingsChoice } from '../../core/training/models/renderer-settings.js';
import { parseCheckpointPath, type CheckpointKind } from '../../tinker/index.js';

export interface SampleFromOptions {
  readonly access: TinkerAccess;
  /** Downloads tokenizers from the Hub. */
  readonly fetchTokenizer?: TokenizerSources['fetchTokenizer'];
  /** Reads the folder that `tokenizer` is. @default from this disk */
  readonly readFolder?: TokenizerSources['readFolder'];
  /**
   * A base model by name, or sampler weights by their `tinker://…/sampler_weights/…` path. Without
   * `baseModel` it is requested from the server; SkyRL has it for saved states only.
   */
  readonly from:
    | { readonly baseModel: string }
    | { readonly samplerPath: string; readonly baseModel?: string };
  /** @default that of the base model */
  readonly renderer?: RendererName;
  /** @default that of the base model */
  readonly tokenizer?: string;
  /** What the renderer of a training writes beside the conversation. @default as a recipe without the keys */
  readonly settings?: Pick<SettingsChoice, 'thinking_effort' | 'current_date'> | undefined;
  /** `YYYY-MM-DD`: the date of a renderer that writes one, where the settings have none. @default today */
  readonly startedOn?: string;
  readonly messages: readonly Message[];
  /** @default 400 */
  readonly maxTokens?: number;
  /** 0: greedy. @default 0 */
  readonly temperature?: number;
  readonly seed?: number;
  readonly signal: AbortSignal;
}

/**
 * Samples the next turn of a conversation from a checkpoint or a base model.
 *
 * @throws {HeadraceError} UsageError, where the path is not that of sampler weights; CheckpointLostError,
 * where the server does not have them; BaseModelError, TokenizerError, and what connecting and sampling
 * throw.
 */
export async function sampleFrom(
  options: SampleFromOptions,
): Promise<Answer & { readonly baseModel: string }> {
  const { access, from, signal } = options;
  const samplerPath = 'samplerPath' in from ? from.samplerPath : undefined;
  if (samplerPath !== undefined) checkSamplerPath(samplerPath);
  const tinker = await access.connect(signal);
  return await withMissingWeights(access.baseUrl, samplerPath, signal, async () => {
    const baseModel = from.baseModel ?? (await tinker.weightsInfo(samplerPath ?? '', signal)).baseModel;
    const tokenizer = await resolveTokenizer(
      {
        ...defined({ fetchTokenizer: options.fetchTokenizer, readFolder: options.readFolder }),
        developmentModelDir: (name, both) => developmentModelDir(access, name, both),
      },
      { baseModel, tokenizer: options.tokenizer },
      signal,
    );
    const renderer = chosenRenderer(
      { ...options.settings, base_model: baseModel, renderer: options.renderer },
      options.startedOn ?? dayOf(new Date()),
    );
    const session = await tinker.openSession({ displayName: 'headrace sample', signal });
    try {
      const client = await session.createSamplingClient(
        samplerPath === undefined ? { baseModel } : { modelPath: samplerPath },
      );
      const sampled = await sampleAnswer(client, options.messages, {
        renderer,
        encoder: modelEncoder(tokenizer, renderer, baseModel),
        maxTokens: options.maxTokens ?? 400,
        temperature: options.temperature ?? 0,
        ...defined({ seed: options.seed }),
        signal,
      });
      return { ...sampled, baseModel };
    } finally {
      await session.finish('success').catch(() => undefined);
    }
  });
}

/** @throws {HeadraceError} UsageError. */
function checkSamplerPath(path: string): void {
  const kind = kindOf(path);
  if (kind === 'sampler_weights') return;
  throw new HeadraceError('UsageError', `${path} is not the path of sampler weights`, {
    remedy:
      kind === 'weights'
        ? 'It is a state to train on from. What can be sampled is saved beside it: tinker://<run>/sampler_weights/<name>.'
        : 'It is written tinker://<run>/sampler_weights/<name>, as `headrace checkpoints RUN` shows it.',
  });
}

function kindOf(path: string): CheckpointKind | undefined {
  try {
    return parseCheckpointPath(path).kind;
  } catch {
    return undefined;
  }
}

async function withMissingWeights<T>(
  server: string,
  samplerPath: string | undefined,
  signal: AbortSignal,
  calls: () => Promise<T>,
): Promise<T> {
  return await withTinkerErrors(server, signal, async () => {
    try {
      return await calls();
    } catch (error) {
      if (samplerPath === undefined || !isTinkerError(error, 'not-found')) throw error;
      throw new HeadraceError('CheckpointLostError', `${server} does not have ${samplerPath}`, {
        remedy:
          'It has expired, was removed, or is on another server. `headrace checkpoints RUN` shows which checkpoints are left.',
        cause: error,
      });
    }
  });
}
