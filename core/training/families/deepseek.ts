// What the renderers of DeepSeek V3 and V4.1 share.

export const startToken = '<｜begin▁of▁sentence｜>';
export const endToken = '<｜end▁of▁sentence｜>';

/** The words behind the reasoning of a sampled turn. A turn that is cut off in its reasoning, as it is. */
export function wordsBehindReasoning(text: string): string {
  const end = text.indexOf('</think>');
  return (end < 0 ? text : text.slice(end + '</think>'.length)).trim();
}
