/**
 * Reasoning as models that reason in their words write it before a content, and as Qwen3's template does;
 * empty reasoning, too.
 */
export function thinkBlock(reasoning: string): string {
  return `<think>\n${withoutOuterNewlines(reasoning)}\n</think>\n\n`;
}

function withoutOuterNewlines(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === '\n') start += 1;
  while (end > start && text[end - 1] === '\n') end -= 1;
  return text.slice(start, end);
}
