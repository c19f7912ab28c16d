import type { ChatMessage } from '../rendering/chat.js';
import { toolDeclare } from '../rendering/tool-declare.js';

/**
 * An effort in two decimals, without zeros at the end: `0.9`, `0.12` for 0.125, `1` for 0.999.
 *
 * @param effort - in [0, 1); counts in thousandths.
 * @throws {RangeError} where it is outside.
 */
export function effortText(effort: number): string {
  if (!(effort >= 0 && effort < 1))
    throw new RangeError(`The thinking effort of tml_v0 must be in [0, 1), and it is ${effort}`);
  // As floats, so that 0.545 is above the middle of 0.54 and 0.55, as in tml-renderers.
  return String(roundHalfEven((roundHalfEven(effort * 1000) / 1000) * 100) / 100);
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const isMiddle = value - below === 0.5;
  return isMiddle ? below + (below % 2) : Math.round(value);
}

/** The effort stands behind the system messages and tools that come first. */
export function withEffort(messages: readonly ChatMessage[], effort: string): readonly ChatMessage[] {
  const others = messages.findIndex(({ role }) => role !== 'system' && role !== toolDeclare);
  const at = others < 0 ? messages.length : others;
  const content = `Thinking effort level: ${effort}`;
  return messages.toSpliced(at, 0, { role: 'system', content, from: 'renderer' });
}
