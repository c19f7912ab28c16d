import { fetchTokenizer } from '../../activities/hub/fetch-tokenizer.js';
import type { HubAccess } from '../../activities/hub/hub-access.js';
import {
  resolveTokenizer,
  type TokenizerSources,
} from '../../activities/tokenise/tokenizer/resolve-tokenizer.js';
import { createTextEncoder, type TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import { createTinkerAccess, developmentModelDir } from '../../activities/train/server/tinker-access.js';
import type { Env } from '../../core/env.js';
import { HeadraceError } from '../../core/errors.js';
import type { RendererName, TrainOn } from '../../core/recipe.js';
import { rendererFor } from '../../core/training/models/base-models.js';
import type { Renderer } from '../../core/training/rendering/renderer.js';
import { rendererNamed } from '../../core/training/families/index.js';
import { stopOf, tokenisePrompt } from '../../core/training/tokens.js';
import { say } from '../text/output.js';

/** What decides how a conversation is written for a model. */
export interface ModelChoice {
  readonly baseModel: string;
  /** @default by the base model */
  readonly renderer?: RendererName | undefined;
  /** A folder (starting with `.` or `/`), or `owner/name@revision` of the Hub. @default by the base model */
  readonly tokenizer?: string | undefined;
  readonly trainOn: TrainOn;
  readonly maxTokens: number;
}

/** A model with its renderer and its tokenizer. */
export interface ChosenModel {
  readonly baseModel: string;
  readonly renderer: Renderer;
  readonly trainOn: TrainOn;
  readonly maxTokens: number;
  readonly encoder: TextEncoder;
  /** Description of the tokenizer, for users. */
  readonly tokenizer: string;
}

const remedy =
  'Name the model with --model, its renderer with --renderer and its tokenizer with --tokenizer: a folder (starting with . or /), or owner/name@revision on the Hub.';

/**
 * Finds renderer and tokenizer as a training does.
 *
 * @throws {HeadraceError} BaseModelError, TokenizerError, and what reading from the Hub throws.
 */
export async function chooseModel(
  choice: ModelChoice,
  sources: TokenizerSources,
  signal: AbortSignal,
): Promise<ChosenModel> {
  const { baseModel, trainOn, maxTokens } = choice;
  try {
    const renderer = rendererNamed(rendererFor(baseModel, choice.renderer));
    const files = await resolveTokenizer(sources, { baseModel, tokenizer: choice.tokenizer }, signal);
    const encoder = createTextEncoder(files);
    // Special tokens that the tokenizer does not have throw here, not at the first conversation.
    tokenisePrompt(renderer, { messages: [] }, encoder);
    stopOf(renderer, encoder);
    return { baseModel, renderer, trainOn, maxTokens, encoder, tokenizer: files.description };
  } catch (error) {
    const isAboutTheModel =
      error instanceof HeadraceError && (error.type === 'BaseModelError' || error.type === 'TokenizerError');
    throw isAboutTheModel ? new HeadraceError(error.type, error.message, { remedy, cause: error }) : error;
  }
}

/** The Hub, and for a model that only a development server has, that server. */
export function tokenizerSources(hub: HubAccess, env: Env): TokenizerSources {
  return {
    fetchTokenizer: async (id, revision, signal) => await fetchTokenizer(hub, { id, revision }, signal),
    developmentModelDir: async (baseModel, signal) => {
      const access = createTinkerAccess({ env, onWarning: say });
      try {
        return await developmentModelDir(access, baseModel, signal);
      } catch (error) {
        if (!(error instanceof HeadraceError)) throw error;
        throw new HeadraceError(
          'TokenizerError',
          `No tokenizer is known for the base model ${baseModel}, and the server that may have one cannot be asked: ${error.message}`,
          { cause: error },
        );
      }
    },
  };
}
