import { rendererNamed } from '../families/index.js';
import type { Renderer } from '../rendering/renderer.js';
import { rendererFor } from './base-models.js';
import { rendererSettings, type SettingsChoice } from './renderer-settings.js';

/**
 * The renderer of a training, with its settings.
 *
 * @param today - as of {@link rendererSettings}.
 * @throws {HeadraceError} as {@link rendererSettings}.
 */
export function chosenRenderer(train: SettingsChoice, today: string): Renderer {
  return rendererNamed(rendererFor(train.base_model, train.renderer), rendererSettings(train, today));
}
