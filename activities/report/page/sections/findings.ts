import type { SourceFindings } from '../../../../core/convert/findings/source-findings.js';
import {
  holdsNote,
  leftOutNote,
  nonFiniteNote,
  unreadNames,
  unreadTitle,
} from '../../../../core/convert/findings/unread-notes.js';
import { clip, count, plural } from '../format.js';
import { html, table, type Part } from '../html.js';

/** All that are counted by name. */
const mostNames = 64;
const longestName = 100;

/** What a source holds that was not read: its names with their counts, and what to write in the recipe. */
export function unreadTable(source: SourceFindings): Part {
  const { names, others, remedy } = unreadNames(source, mostNames);
  if (names.length === 0) return null;
  return html`<p>${unreadTitle.charAt(0).toUpperCase()}${unreadTitle.slice(1)}:</p>
    ${table(
      ['name', 'conversations', 'of'],
      'lnn',
      names.map(({ name, conversations }) => [
        html`<code>${clip(name, longestName)}</code>`,
        count(conversations),
        count(source.converted),
      ]),
    )}
    <p>${others === 0 ? null : `And ${plural(others, 'more name')}. `}${withCode(remedy)}</p>`;
}

/** Notes on what was left out, and on what the conversations hold beside roles and contents. */
export function findingItems(source: SourceFindings): readonly string[] {
  return [nonFiniteNote(source), leftOutNote(source), holdsNote(source), unseenNote(source)].filter(
    (note) => note !== undefined,
  );
}

const members = [
  ['reasoning', '`reasoning_content`'],
  ['tools', '`tools`'],
  ['toolCalls', '`tool_calls`'],
  ['weight', 'a `weight` of 0'],
] as const;

/** Programs that load the file and train on it without what these members say. */
function unseenNote({ holds }: SourceFindings): string | undefined {
  const held = members.filter(([key]) => holds[key] > 0);
  if (held.length === 0) return undefined;
  const counts = held.map(([key, member], index) => {
    const noun = holds[key] === 1 ? 'conversation has' : 'conversations have';
    return `${count(holds[key])} ${index === 0 ? `${noun} ` : ''}${member}`;
  });
  return `${counts.join(', ')}: readers that know role and content only do not see ${held.length === 1 ? 'it' : 'them'}`;
}

/** The text with what is in backticks as code. */
export function withCode(text: string): Part {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
