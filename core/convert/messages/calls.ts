import { compactJson } from '../../json/spelled-json.js';
import { nestsTooDeep } from '../../json/nesting.js';
import { isBlank, saysNothing } from '../conversation/blank.js';
import type { ToolCall } from '../conversation/conversation.js';
import { isObject } from '../layout.js';
import type { Reasons } from './reasons.js';
import type { RowValue } from './row-value.js';

/** The calls of a list of them. A call may be JSON in a text. */
export function readCalls(list: RowValue, reasons: Reasons): readonly ToolCall[] {
  const calls = list.items();
  if (calls === undefined) reasons.add('bad_tool_call');
  return (calls ?? []).flatMap((call) => readCall(call.opened(), reasons) ?? []);
}

/** The calls of a message that is a call or a list of them, as JSON. There must be one. */
export function readCallMessage(content: RowValue, reasons: Reasons): readonly ToolCall[] {
  const opened = content.opened();
  if (!Array.isArray(opened.value)) return [readCall(opened, reasons) ?? []].flat();
  if (opened.value.length === 0) reasons.add('bad_tool_call');
  return readCalls(opened, reasons);
}

/** A call `{ id, type, function: { name, arguments } }`, or without `function` as `{ name, arguments }`. */
export function readCall(call: RowValue, reasons: Reasons): ToolCall | undefined {
  const type = call.member('type').value;
  if (!isObject(call.value) || (type !== 'function' && !saysNothing(type))) {
    reasons.add('bad_tool_call');
    return undefined;
  }
  const nested = call.member('function').opened();
  const target = saysNothing(nested.value) ? call : nested;
  return callOf(call, target, ['arguments', 'parameters'], reasons);
}

/** A call of a part `{ type: 'tool_use', id, name, input }`. */
export function readCallPart(part: RowValue, reasons: Reasons): ToolCall | undefined {
  return callOf(part, part, ['input'], reasons);
}

/** @param target - the object with the name and the arguments. */
function callOf(
  call: RowValue,
  target: RowValue,
  argumentKeys: readonly string[],
  reasons: Reasons,
): ToolCall | undefined {
  const name = target.member('name').value;
  if (typeof name !== 'string' || isBlank(name)) {
    reasons.add('bad_tool_call');
    return undefined;
  }
  const given = argumentKeys
    .map((key) => target.member(key))
    .find(({ value }) => isObject(value) || !saysNothing(value));
  const text = given === undefined ? '{}' : argumentsText(given, reasons);
  const id = call.member('id').value;
  const hasId = typeof id === 'string' && !isBlank(id);
  return { ...(hasId ? { id } : {}), type: 'function', function: { name, arguments: text } };
}

/** A text as it is; an object as compact JSON, spelt as in the data. */
function argumentsText(given: RowValue, reasons: Reasons): string {
  const { value } = given.opened();
  if (isObject(value) && !nestsTooDeep(value))
    return typeof given.value === 'string' ? given.value : compactJson(given.spelled);
  reasons.add('bad_arguments');
  return '{}';
}
