import { createHash } from 'node:crypto';
import { DirectConnection } from '../../../activities/http/direct-connection.js';

/**
 * Reads a URL twice over one connection and prints the hashes: for a test whose authority is known by the
 * environment.
 */
const url = new URL(process.argv[2] ?? '');
const connection = new DirectConnection(url);
const hashes: string[] = [];
for (let round = 0; round < 2; round += 1) {
  const hash = createHash('sha256');
  await connection.get({
    url,
    headers: { range: 'bytes=0-' },
    accepts: (status) => status === 206,
    onBytes: (bytes) => void hash.update(bytes),
  });
  hashes.push(hash.digest('hex'));
}
connection.destroy();
process.stdout.write(JSON.stringify(hashes));
