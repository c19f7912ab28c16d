/** Reads at most `limitBytes` of a decoded body. `isWhole` is false where the body is longer. */
export async function readUpTo(
  response: Response,
  limitBytes: number,
): Promise<{ readonly bytes: Buffer<ArrayBuffer>; readonly isWhole: boolean }> {
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  let isWhole = true;
  // Leaving the loop cancels the body.
  for await (const block of response.body ?? []) {
    isWhole = bytes + block.length <= limitBytes;
    blocks.push(block.subarray(0, limitBytes - bytes));
    bytes += block.length;
    if (!isWhole) break;
  }
  return { bytes: Buffer.concat(blocks), isWhole };
}
