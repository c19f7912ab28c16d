import type { RendererSettings } from '../../core/training/rendering/renderer.js';

/**
 * What a renderer writes that is not in the conversations, a text for each setting.
 *
 * @param given - the recipe's `train`; without a date in it the day is that of the start.
 */
export function settingsText(
  { currentDate, effort }: RendererSettings,
  given: { readonly current_date?: string | undefined },
): readonly string[] {
  const origin = given.current_date === undefined ? ', the day of the start' : '';
  return [
    ...(currentDate === undefined ? [] : [`current date ${currentDate}${origin}`]),
    ...(effort === undefined ? [] : [`thinking effort ${effort}`]),
  ];
}
