import { parseArgs } from 'node:util';
import { shippedModelDir } from '../../stack/shipped.js';
import { startTinkerServer } from './index.js';
import type { Offer } from './routes/context.js';

/**
 * Runs the development server: `node dist/dev/tinker/server/main.js --state DIR [--model DIR] [--port N]
 * [--lapse SECONDS] [--long-poll-ms MS] [--simulate LATENCY_MS] [--offer NAME:TOKENS …]`. Prints one JSON
 * line with `url` and `serverId` when it listens.
 */
const { values } = parseArgs({
  options: {
    state: { type: 'string' },
    model: { type: 'string' },
    port: { type: 'string' },
    lapse: { type: 'string' },
    'long-poll-ms': { type: 'string' },
    simulate: { type: 'string' },
    offer: { type: 'string', multiple: true, default: [] },
  },
});
if (values.state === undefined) throw new Error('--state DIR is needed: checkpoints are kept there');

const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
const port = number(values.port);
const sessionLapseSeconds = number(values.lapse);
const longPollMs = number(values['long-poll-ms']);
const latencyMs = number(values.simulate);
const server = await startTinkerServer({
  modelDir: values.model ?? shippedModelDir,
  stateDir: values.state,
  log: (line) => process.stderr.write(`${line}\n`),
  offers: values.offer.map(offerOf),
  ...(port !== undefined && { port }),
  ...(sessionLapseSeconds !== undefined && { sessionLapseSeconds }),
  ...(longPollMs !== undefined && { longPollMs }),
  ...(latencyMs !== undefined && { simulated: { latencyMs } }),
});
process.stdout.write(`${JSON.stringify({ url: server.url, serverId: server.serverId })}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void server.close().then(() => process.exit(0));
  });

/** A name may have colons itself. */
function offerOf(text: string): Offer {
  const [, name, tokens] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`--offer ${text} must be NAME:TOKENS, such as Qwen/Qwen3-8B:32768`);
  return { name, contextLength: Number(tokens) };
}
