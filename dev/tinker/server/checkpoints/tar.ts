const block = 512;

/** A POSIX ustar archive of plain files with names up to 100 bytes, in the map's order. */
export function tarOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Buffer[] = [];
  for (const [name, bytes] of files) {
    if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for a tar header`);
    const header = Buffer.alloc(block);
    const octal = (value: number, at: number, width: number): void => {
      header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'ascii');
    };
    header.write(name, 0, 'utf8');
    octal(0o644, 100, 8);
    octal(0, 108, 8);
    octal(0, 116, 8);
    octal(bytes.byteLength, 124, 12);
    octal(0, 136, 12);
    header.write('        0', 148, 'ascii');
    header.write('ustar\x0000', 257, 'latin1');
    // The checksum is over the header with its own field as spaces.
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
    parts.push(header, Buffer.from(bytes), Buffer.alloc(-bytes.byteLength & (block - 1)));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}
