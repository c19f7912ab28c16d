import type { ToolCall } from '../../convert/conversation/conversation.js';
import { pythonJson } from '../../json/python-json.js';
import { pythonStr } from '../../json/python-str.js';
import { isSpelledObject, memberOf, parseSpelled, type SpelledJson } from '../../json/spelled-json.js';
import type { DeclaredMessage, Piece } from '../rendering/renderer.js';

/** Calls behind the words of a turn; none without calls. */
export function callPieces(calls: readonly Pick<ToolCall, 'function'>[]): readonly Piece[] {
  if (calls.length === 0) return [];
  const pieces = calls.flatMap(({ function: { name, arguments: given } }): Piece[] => [
    { special: '<｜tool▁call▁begin｜>' },
    { text: name },
    { special: '<｜tool▁sep｜>' },
    { text: given },
    { special: '<｜tool▁call▁end｜>' },
  ]);
  return [{ special: '<｜tool▁calls▁begin｜>' }, ...pieces, { special: '<｜tool▁calls▁end｜>' }];
}

const form = callPieces([{ function: { name: 'tool_call_name', arguments: 'tool_call_arguments' } }]);
const beforeForm = `

IMPORTANT: ALWAYS adhere to this exact format for tool use:
`;
const behindForm = `

Where:
- \`tool_call_name\` must be an exact match to one of the available tools
- \`tool_call_arguments\` must be valid JSON that strictly follows the tool's Parameters Schema
- For multiple tool calls, chain them directly without separators or spaces`;
const formText = form.map((piece) => ('text' in piece ? piece.text : piece.special)).join('');
const instructions = `${beforeForm}${formText}${behindForm}`;

/**
 * Tools behind the words of the system message. From
 * `_DeepSeekV3BaseRenderer.create_conversation_prefix_with_tools`. A tool without a description gets an empty
 * one, and `{}` stands for parameters that are absent; the cookbook raises an error there.
 */
export function declareTools(tools: readonly string[], system: string): readonly DeclaredMessage[] {
  const declared = `\n\n## Tools\nYou have access to the following tools:\n\n${tools.map(toolBlock).join('\n')}`;
  return [{ role: 'system', content: `${system}${declared}${instructions}` }];
}

function toolBlock(text: string): string {
  const tool = parseSpelled(text);
  return `### ${pythonStr(memberOf(tool, 'name'))}
Description: ${pythonStr(givenOr(tool, 'description', ''))}

Parameters: ${pythonJson(givenOr(tool, 'parameters', new Map()))}`;
}

/** A member, which may be null; `absent` where there is none. */
function givenOr(tool: SpelledJson, name: string, absent: SpelledJson): SpelledJson {
  return isSpelledObject(tool) && tool.has(name) ? memberOf(tool, name) : absent;
}

/**
 * A system message. One that ends with the instructions of {@link declareTools} declares tools, also where a
 * corpus has them in its words: the form of a call in them has the control tokens of a call.
 */
export function systemPieces(words: string): readonly Piece[] {
  if (!words.endsWith(instructions)) return [{ text: words }];
  const before = words.slice(0, -instructions.length);
  return [{ text: `${before}${beforeForm}` }, ...form, { text: behindForm }];
}
