import { fetchTokenizer } from '../../activities/hub/fetch-tokenizer.js';
import type { HubAccess } from '../../activities/hub/hub-access.js';
import {
  resolveTokenizer,
  type TokenizerSources,
} from '../../activities/tokenise/tokenizer/resolve-tokenizer.js';
import { modelEncoder } from '../../activities/tokenise/tokenizer/model-encoder.js';
import type { TextEncoder } from '../../activities/tokenise/tokenizer/text-encoder.js';
import { createTinkerAccess, developmentModelDir } from '../../activities/train/server/tinker-access.js';
import { dayOf } from '../../core/day.js';
import type { Env } from '../../core/env.js';
import { HeadraceError } from '../../core/errors.js';
import type { RendererName } from '../../core/recipe.js';
import { checkExampleRules } from '../../core/training/example-rules.js';
import type { ExampleRules } from '../../core/training/examples.js';
import { chosenRenderer } from '../../core/training/models/chosen-renderer.js';
import { rendererSettings, type SettingsChoice } from '../../core/training/models/renderer-settings.js';
import type { Renderer } from '../../core/training/rendering/renderer.js';
import { settingTexts } from '../../core/training/models/settings-text.js';
import { say } from '../text/output.js';

/** What decides how a conversation is written for a model. */
export interface ModelChoice {
  readonly baseModel: string;
  /** @default by the base model */
  readonly renderer?: RendererName | undefined;
  /** A folder (starting with `.` or `/`), or `owner/name@revision` of the Hub. @default by the base model */
  readonly tokenizer?: string | undefined;
  /** The recipe's, where its renderer writes the conversations. @default as a recipe without the keys */
  readonly settings?: Pick<SettingsChoice, 'thinking_effort' | 'current_date'> | undefined;
  readonly rules: ExampleRules;
  readonly maxTokens: number;
}

/** A model with its renderer and its tokenizer. */
export interface ChosenModel {
  readonly baseModel: string;
  readonly renderer: Renderer;
  /** What the renderer writes that is not in the conversations, for users. */
  readonly settings: readonly string[];
  readonly rules: ExampleRules;
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
 * @throws {HeadraceError} BaseModelError, RecipeError, TokenizerError, and what reading from the Hub throws.
 */
export async function chooseModel(
  choice: ModelChoice,
  sources: TokenizerSources,
  signal: AbortSignal,
): Promise<ChosenModel> {
  const { baseModel, rules, maxTokens, settings = {} } = choice;
  const settingsChoice = { ...settings, base_model: baseModel, renderer: choice.renderer };
  const today = dayOf(new Date());
  try {
    const renderer = chosenRenderer(settingsChoice, today);
    checkExampleRules(renderer, rules);
    const files = await resolveTokenizer(sources, { baseModel, tokenizer: choice.tokenizer }, signal);
    const encoder = modelEncoder(files, renderer, baseModel);
    const shown = settingTexts(rendererSettings(settingsChoice, today), settings.current_date !== undefined);
    return {
      baseModel,
      renderer,
      settings: shown,
      rules,
      maxTokens,
      encoder,
      tokenizer: files.description,
    };
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
