import { Readable } from 'node:stream';
import { BrokenAnswer } from './requests.js';

/** Reads a body to its end. A silent connection is cut: an unread body would keep its socket for ever. */
export async function wholeBody(
  answer: { readonly Body?: unknown; readonly ContentLength?: number | undefined },
  stallMs: number,
): Promise<Buffer> {
  const { Body: body, ContentLength: announcedBytes } = answer;
  if (!(body instanceof Readable)) throw new BrokenAnswer('The answer has no body');
  const timer = setTimeout(() => body.destroy(new BrokenAnswer('The connection went silent')), stallMs);
  const blocks: Buffer[] = [];
  try {
    for await (const block of body) {
      timer.refresh();
      blocks.push(Buffer.from(block));
    }
  } finally {
    clearTimeout(timer);
  }
  const bytes = Buffer.concat(blocks);
  if (announcedBytes !== undefined && bytes.length !== announcedBytes)
    throw new BrokenAnswer(`The answer ended after ${bytes.length} of ${announcedBytes} bytes`);
  return bytes;
}
