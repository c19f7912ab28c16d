import { Readable } from 'node:stream';
import { HeadraceError } from '../../../core/errors.js';
import { BrokenAnswer } from './broken-answer.js';

/** The largest object or range that is read into memory. */
const mostBytes = 64 << 20;

/** Reads a body to its end. A silent connection is cut: an unread body would keep its socket for ever. */
export async function wholeBody(
  answer: { readonly Body?: unknown; readonly ContentLength?: number | undefined },
  stallMs: number,
): Promise<Buffer> {
  const { Body: body, ContentLength: announcedBytes } = answer;
  if (!(body instanceof Readable)) throw new BrokenAnswer('The answer has no body');
  const timer = setTimeout(() => body.destroy(new BrokenAnswer('The connection went silent')), stallMs);
  const blocks: Buffer[] = [];
  let length = 0;
  try {
    for await (const block of body) {
      timer.refresh();
      length += block.length;
      if (length > mostBytes)
        throw new HeadraceError(
          'StoreAnswerError',
          `An answer of the S3 service has more than ${mostBytes} bytes`,
        );
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
