import type { IncomingMessage, ServerResponse } from 'node:http';

/** Archives as a server may send them, good and bad. */

/** A tar header with its checksum. `size` may be a text that stands in the field as it is. */
export function tarHeader(name: string, size: number | string, kind = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(typeof size === 'string' ? size : size.toString(8).padStart(11, '0'), 124);
  header.write(kind, 156);
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** The end of a file's last block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((512 - (size % 512)) % 512);
}

export function tarFile(name: string, bytes: Buffer, kind = '0'): Buffer {
  return Buffer.concat([tarHeader(name, bytes.length, kind), bytes, tarPadding(bytes.length)]);
}

/** The two empty blocks that end an archive. */
export const tarEnd = Buffer.alloc(1024);

export function tarOf(...files: readonly [name: string, bytes: Buffer][]): Buffer {
  return Buffer.concat([...files.map(([name, bytes]) => tarFile(name, bytes)), tarEnd]);
}

/** How a safetensors file with a tensor of so many bytes begins. */
export function safetensorsHead(tensorBytes: number): Buffer {
  const tensor = { dtype: 'U8', shape: [tensorBytes], data_offsets: [0, tensorBytes] };
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, w: tensor }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

export function safetensors(tensorBytes: number): Buffer {
  return Buffer.concat([safetensorsHead(tensorBytes), Buffer.alloc(tensorBytes, 7)]);
}

/** Answers of a server that gives checkpoints away as an archive behind a redirect, as older servers do. */
export function archiveServer(
  send: (response: ServerResponse) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    if (request.url === '/signed') send(response);
    else if (request.url?.endsWith('/archive') === true)
      response.writeHead(302, { location: `http://${request.headers.host}/signed` }).end();
    else response.end('{}');
  };
}
