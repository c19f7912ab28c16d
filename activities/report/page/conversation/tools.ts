import { compactJson, isSpelledObject, parseSpelled } from '../../../../core/json/spelled-json.js';
import { clip, plural } from '../format.js';
import { html, type Part } from '../html.js';
import { jsonText, mostTools, nameText, textLimit } from './limits.js';

/** The tools of a conversation, folded: of each its name, its description and its other members as JSON. */
export function toolsPart(tools: readonly string[] | undefined): Part {
  if (tools === undefined) return null;
  const shown = tools.slice(0, mostTools).map(membersOf);
  const more = tools.length - shown.length;
  const names = shown.slice(0, 6).map(({ name }) => nameText(name));
  return html`<details class="tools">
    <summary>
      ${plural(tools.length, 'tool')}<span class="soft">
        ${' '}${names.join(', ')}${tools.length > names.length ? ', …' : ''}</span
      >
    </summary>
    ${shown.map(toolPart)} ${more > 0 ? html`<p class="soft">… and ${plural(more, 'more tool')}</p>` : null}
  </details>`;
}

interface ToolMembers {
  readonly name: string;
  readonly description: string | undefined;
  /** The other members: names and compact JSON. */
  readonly rest: readonly (readonly [name: string, json: string])[];
}

function membersOf(tool: string): ToolMembers {
  const json = parseSpelled(tool);
  const members = isSpelledObject(json) ? json : new Map([['tool', json]]);
  const [name, description] = [members.get('name'), members.get('description')];
  const isShown = (key: string): boolean =>
    (key === 'name' && typeof name === 'string') ||
    (key === 'description' && typeof description === 'string');
  return {
    name: typeof name === 'string' ? name : '',
    description: typeof description === 'string' ? description : undefined,
    rest: [...members].filter(([key]) => !isShown(key)).map(([key, value]) => [key, compactJson(value)]),
  };
}

function toolPart({ name, description, rest }: ToolMembers): Part {
  return html`<div class="function">
    <p class="label" dir="ltr"><b>${nameText(name)}</b></p>
    ${description === undefined ? null : html`<div class="text" dir="auto">${clip(description, textLimit)}</div>`}
    ${rest.map(
      ([key, json]) =>
        html`<p class="label" dir="ltr">${nameText(key)}</p>
          <pre>${jsonText(json)}</pre>`,
    )}
  </div>`;
}
