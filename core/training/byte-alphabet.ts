/**
 * The character for each byte in byte-level BPE, by byte value: visible Latin-1 characters stand for
 * themselves, the other bytes for the characters from U+0100 on.
 *
 * Source: GPT-2, encoder.py, `bytes_to_unicode`.
 */
export const byteAlphabet: readonly string[] = lettersOfBytes();

function lettersOfBytes(): string[] {
  const letters: string[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte += 1) {
    const isVisible =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    letters.push(String.fromCharCode(isVisible ? byte : next));
    if (!isVisible) next += 1;
  }
  return letters;
}
