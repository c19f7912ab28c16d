import { plural } from '../format.js';
import type { RendererName } from '../recipe.js';
import { rendererNamed } from './families/index.js';

/** `2 rows have results of tools without `name`, which gpt_oss_no_sysprompt writes`. */
export function incompleteResultsText(rows: number, renderer: RendererName): string {
  const { resultMembers = [] } = rendererNamed(renderer);
  const members = resultMembers.map((member) => (member === 'name' ? '`name`' : '`tool_call_id`'));
  const which = `${plural(rows, 'row')} ${rows === 1 ? 'has' : 'have'} results of tools`;
  return `${which} without ${members.join(' or ')}, which ${renderer} writes`;
}

export const incompleteResultsRemedy =
  'Add it to the messages of the role `tool`: without it they have a placeholder.';
