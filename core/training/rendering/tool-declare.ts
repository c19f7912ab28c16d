import { parseSpelled, type SpelledJson } from '../../json/spelled-json.js';

/** The role of a message that declares tools, where a family has one. */
export const toolDeclare = 'tool_declare';

/**
 * Tools as OpenAI's API lists them.
 *
 * @param tools - of each, its function as JSON.
 */
export function openAiTools(tools: readonly string[]): readonly SpelledJson[] {
  return tools.map((tool) => openAiTool(parseSpelled(tool)));
}

function openAiTool(tool: SpelledJson): SpelledJson {
  return new Map<string, SpelledJson>([
    ['type', 'function'],
    ['function', tool],
  ]);
}
