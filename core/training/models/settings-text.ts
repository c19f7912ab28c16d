import type { RendererSettings } from '../rendering/renderer.js';

/**
 * What a renderer writes that is not in the conversations, a text for each setting.
 *
 * @param dateIsGiven - false where a run will have the day of its start in place of this date.
 * @default true
 */
export function settingTexts(
  { currentDate, effort }: RendererSettings,
  dateIsGiven = true,
): readonly string[] {
  const origin = dateIsGiven ? '' : ' (today; a run has the day on which it starts)';
  return [
    ...(currentDate === undefined ? [] : [`current date ${currentDate}${origin}`]),
    ...(effort === undefined ? [] : [`thinking effort ${effort}`]),
  ];
}
