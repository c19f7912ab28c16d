import type { Part } from './part.js';

/** Arguments with which a server starts again at the addresses of an earlier start. None for a worker. */
export function samePorts({ address, url, ui }: Part['ready']): string[] {
  return [...argument('--port', address ?? url), ...argument('--ui-port', ui)];
}

function argument(name: string, address: string | undefined): string[] {
  const port = /:(\d+)$/.exec(address ?? '')?.[1];
  return port === undefined ? [] : [name, port];
}
