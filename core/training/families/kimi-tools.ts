import { pythonJson } from '../../json/python-json.js';
import { parseSpelled } from '../../json/spelled-json.js';
import type { DeclaredMessage } from '../rendering/renderer.js';
import { openAiTools, toolDeclare } from '../rendering/tool-declare.js';
import { NoTypeScript } from './kimi-schema-checks.js';
import { toolsAsTypeScript } from './kimi-type-script.js';

/** The words of the system message of a conversation that has none. */
export const defaultSystem = 'You are Kimi, an AI assistant created by Moonshot AI.';

/** K2: the tools as JSON, in front of the system message. */
export function declareAsJson(tools: readonly string[], system: string): readonly DeclaredMessage[] {
  return declared(pythonJson(openAiTools(tools), { compact: true, sorted: true }), system);
}

/**
 * K2.5 and K2.6: the tools as TypeScript. A schema without a form in TypeScript, at which the cookbook stops,
 * has them all written as JSON: so does Kimi's `tokenization_kimi.py` with its chat template.
 */
export function declareAsTypeScript(tools: readonly string[], system: string): readonly DeclaredMessage[] {
  try {
    return declared(toolsAsTypeScript(tools.map(parseSpelled)), system);
  } catch (error) {
    if (!(error instanceof NoTypeScript)) throw error;
    return declared(pythonJson(openAiTools(tools), { compact: true, sorted: true, raw: true }), system);
  }
}

function declared(content: string, system: string): readonly DeclaredMessage[] {
  return [
    { role: toolDeclare, content },
    { role: 'system', content: system === '' ? defaultSystem : system },
  ];
}
