import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

const words =
  'river stone garden letter morning bridge window lamp quiet music paper cloud table winter road'.split(' ');

/** Writes `rows` conversations as JSON Lines, the same bytes every time: about 330 bytes a row. */
export async function writeConversations(path: string, rows: number, salt: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    let lines: string[] = [];
    for (let row = 0; row < rows; row += 1) {
      const word = (step: number): string => words[(row * 7 + step * step + salt) % words.length] ?? '';
      const sentence = (from: number): string =>
        Array.from({ length: 12 }, (_, step) => word(from + step)).join(' ');
      const content = `Tell me about the ${word(1)} and the ${word(2)}, number ${row} of ${salt}.`;
      const answer = `The ${sentence(3)}. Then the ${sentence(20)}.`;
      lines.push(
        JSON.stringify({
          prompt_id: `${salt}-${row}`,
          messages: [
            { role: 'user', content },
            { role: 'assistant', content: answer },
          ],
        }),
      );
      if (lines.length === 2000) {
        await file.write(`${lines.join('\n')}\n`);
        lines = [];
      }
    }
    if (lines.length > 0) await file.write(`${lines.join('\n')}\n`);
  } finally {
    await file.close();
  }
}
