import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Socket } from 'node:net';
import { messageOf } from '../../core/errors.js';

/** A proxy that does not answer for so long is given up. */
const silentMs = 20_000;

/** A proxy that cannot be reached or refuses the connection. The message has no password. */
class TunnelError extends Error {
  override readonly name = 'TunnelError';
  /** `ProxyRefused` where only the user can help, by the status of the answer. */
  readonly code: 'ProxyRefused' | 'ProxyUnavailable';

  constructor(message: string, code: TunnelError['code'], cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Opens a connection to a server through an HTTP proxy, with CONNECT.
 *
 * @param proxy - its URL, `http:` or `https:`; a user and password in it are sent as Basic authorization.
 * @param to - host and port.
 * @throws {TunnelError}
 */
export async function openTunnel(proxy: string, to: string): Promise<Socket> {
  const url = new URL(proxy);
  const { protocol, hostname, port, username, password } = url;
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const options = {
    method: 'CONNECT',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    path: to,
    headers: {
      host: to,
      ...(username === '' ? {} : { 'proxy-authorization': `Basic ${credentials.toString('base64')}` }),
    },
    agent: false,
  } as const;
  return await new Promise((resolve, reject) => {
    const request = protocol === 'https:' ? requestSecure(options) : requestPlain(options);
    const fail = (error: unknown): void =>
      reject(
        new TunnelError(
          `Cannot reach the proxy ${url.origin}: ${messageOf(error)}`,
          'ProxyUnavailable',
          error,
        ),
      );
    const onAnswer = ({ statusCode = 0, statusMessage = '' }: IncomingMessage, socket?: Socket): void => {
      request.setTimeout(0);
      if (socket !== undefined && statusCode >= 200 && statusCode < 300) return resolve(socket);
      request.destroy();
      socket?.destroy();
      const isFinal = statusCode < 500 && statusCode !== 408 && statusCode !== 429;
      const answer = `${statusCode} ${statusMessage}`.trim();
      reject(
        new TunnelError(
          `The proxy ${url.origin} answers CONNECT ${to} with ${answer}`,
          isFinal ? 'ProxyRefused' : 'ProxyUnavailable',
        ),
      );
    };
    request.setTimeout(silentMs, () => request.destroy(new Error(`no answer in ${silentMs / 1000} s`)));
    request.on('error', fail);
    request.on('connect', onAnswer);
    request.on('response', onAnswer);
    request.end();
  });
}
