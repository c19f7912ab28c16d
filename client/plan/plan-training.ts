import { dayOf } from '../../core/day.js';
import { HeadraceError } from '../../core/errors.js';
import type { RendererName, Train } from '../../core/recipe.js';
import { rendererFor } from '../../core/training/models/base-models.js';
import { modelNotes, type ModelNote } from '../../core/training/models/model-notes.js';
import { rendererSettings } from '../../core/training/models/renderer-settings.js';
import { settingTexts } from '../../core/training/models/settings-text.js';

/** How a run would write conversations for its model, without a question to the server. */
export interface TrainingForecast {
  readonly baseModel: string;
  /** `null` where none is known, which is in `notes`. */
  readonly renderer: RendererName | null;
  /** What the renderer writes that is not in the conversations. */
  readonly settings: readonly string[];
  readonly notes: readonly ModelNote[];
}

export function planTraining(train: Train): TrainingForecast {
  const { base_model: baseModel } = train;
  const notes = modelNotes(train);
  try {
    const renderer = rendererFor(baseModel, train.renderer);
    const written = rendererSettings(train, dayOf(new Date()));
    return { baseModel, renderer, settings: settingTexts(written, train.current_date !== undefined), notes };
  } catch (error) {
    if (!(error instanceof HeadraceError)) throw error;
    const { message: text, remedy } = error;
    return { baseModel, renderer: null, settings: [], notes: [{ text, remedy }, ...notes] };
  }
}

/** A line for the model, and for each note, with its remedy below. */
export function trainingLines({ baseModel, renderer, settings, notes }: TrainingForecast): readonly string[] {
  const written = renderer === null ? [] : [`renderer ${renderer}`];
  return [
    `training: ${[baseModel, ...written, ...settings].join(', ')}`,
    ...notes.flatMap(({ text, remedy }) => [
      `training: ${text}`,
      ...(remedy === undefined ? [] : [`    → ${remedy}`]),
    ]),
  ];
}
