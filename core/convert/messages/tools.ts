import { nestsTooDeep } from '../../json/nesting.js';
import { compactJson, withMember } from '../../json/spelled-json.js';
import { isBlank, saysNothing } from '../conversation/blank.js';
import { isObject } from '../layout.js';
import type { Reasons } from './reasons.js';
import type { RowValue } from './row-value.js';

/**
 * The functions of a list of tools, as compact JSON: entries `{ type, function }`, or the functions
 * themselves. Tools and `parameters` that are JSON in a text become the object.
 */
export function readTools(list: RowValue, reasons: Reasons): readonly string[] {
  const tools = list.items();
  if (tools === undefined) reasons.add('bad_tools');
  return (tools ?? []).flatMap((tool) => {
    const found = functionOf(tool.opened());
    if (found === undefined) reasons.add('bad_tools');
    return found ?? [];
  });
}

function functionOf(tool: RowValue): string | undefined {
  const nested = tool.member('function').opened();
  const isEntry = !saysNothing(nested.value);
  const type = tool.member('type').value;
  if (isEntry && type !== 'function' && !saysNothing(type)) return undefined;
  const found = isEntry ? nested : tool;
  const name = found.member('name').value;
  if (typeof name !== 'string' || isBlank(name)) return undefined;
  const parameters = found.member('parameters');
  const opened = parameters.opened();
  const isText = typeof parameters.value === 'string' && isObject(opened.value);
  // The levels of the function as it is written.
  if (nestsTooDeep(found.value) || (isText && nestsTooDeep([opened.value]))) return undefined;
  return compactJson(isText ? withMember(found.spelled, 'parameters', opened.spelled) : found.spelled);
}
