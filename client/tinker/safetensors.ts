import { open } from 'node:fs/promises';
import { z } from 'zod';

/** The bound that the format sets. */
const largestHeaderBytes = 100_000_000;
const Extent = z.object({ data_offsets: z.tuple([z.number(), z.number()]) });

/** Whether a safetensors file has the length that its header gives: the header, then every tensor. */
export async function isSafetensors(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const length = Buffer.alloc(8);
    await handle.read(length, 0, 8, 0);
    const headerBytes = Number(length.readBigUInt64LE());
    const { size } = await handle.stat();
    if (headerBytes > Math.min(largestHeaderBytes, size - 8)) return false;
    const header = Buffer.alloc(headerBytes);
    await handle.read(header, 0, headerBytes, 8);
    const { __metadata__: _, ...tensors } = z.looseObject({}).parse(JSON.parse(header.toString('utf8')));
    const ends = Object.values(tensors).map((tensor) => Extent.parse(tensor).data_offsets[1]);
    return 8 + headerBytes + ends.reduce((last, end) => Math.max(last, end), 0) === size;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return false;
    throw error;
  } finally {
    await handle.close();
  }
}
