/** Behind the quote that ends the JSON string that begins at `start`; the end of the text where none does. */
export function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = quote;
    while (text[backslashes - 1] === '\\') backslashes -= 1;
    if ((quote - backslashes) % 2 === 0) return quote + 1;
  }
  return text.length;
}
