import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { connectTinker, type Tinker } from '../../../tinker/index.js';

/**
 * A client of a server that answers with `answer`, except for `client/config`. The server ends with the test.
 */
export async function connectedTo(
  context: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Tinker> {
  const server = createServer((request, response) => {
    if (request.url === '/api/v1/client/config') response.end('{}');
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const { port } = server.address() as AddressInfo;
  return await connectTinker({ baseUrl: `http://127.0.0.1:${port}`, apiKey: 'tml-x', env: {} });
}
