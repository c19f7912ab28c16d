import { parsePythonJson } from '../../json/parse-python-json.js';
import { pythonJson } from '../../json/python-json.js';
import { rustJson } from '../../json/rust-json.js';
import { isSpelledList, memberOf, type SpelledJson } from '../../json/spelled-json.js';
import type { DeclaredMessage } from '../rendering/renderer.js';
import { openAiTools, toolDeclare } from '../rendering/tool-declare.js';

/** From `TmlRenderersRenderer.create_conversation_prefix_with_tools`. */
export function declareTools(tools: readonly string[], system: string): readonly DeclaredMessage[] {
  const declared = { role: toolDeclare, content: pythonJson(openAiTools(tools), { compact: true }) };
  return system === '' ? [declared] : [{ role: 'system', content: system }, declared];
}

/**
 * Tools as they are written.
 *
 * @param declared - the tools as OpenAI's API lists them, as JSON.
 */
export function toolsText(declared: string): string {
  const list = parsePythonJson(declared);
  const tools = (isSpelledList(list) ? list : []).map((entry) => {
    const tool = memberOf(entry, 'function');
    const description = memberOf(tool, 'description');
    return new Map<string, SpelledJson>([
      ['description', typeof description === 'string' ? description : ''],
      ['name', memberOf(tool, 'name')],
      ['parameters', memberOf(tool, 'parameters') ?? new Map<string, SpelledJson>()],
      ['type', 'function'],
    ]);
  });
  return rustJson(tools, { sorted: true, plus: true });
}
