import { openStore } from '../../../activities/artifacts/open-store.js';
import { createTrainActivities } from '../../../activities/train/index.js';
import { LiveClients } from '../../../activities/train/server/live-clients.js';
import { createTinkerAccess } from '../../../activities/train/server/tinker-access.js';
import type { TrainSegmentInput } from '../../../core/contracts/training.js';
import { defined } from '../../../core/defined.js';

/**
 * A process that trains one segment, for tests that kill or stop it: `<store> <server> <input> [previous
 * session]`. Prints each heartbeat and then the result, one JSON a line.
 */
const [root = '', baseUrl = '', input = '', previous] = process.argv.slice(2);
const tell = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const live = new LiveClients();
const activities = createTrainActivities({
  store: await openStore(root),
  access: createTinkerAccess({ env: { TINKER_BASE_URL: baseUrl, TINKER_API_KEY: 'tml-test' } }),
  live,
});
try {
  const result = await activities.trainSegment(JSON.parse(input) as TrainSegmentInput, {
    signal: new AbortController().signal,
    progress: (progress) => tell({ progress }),
    ...defined({ resume: previous === undefined ? undefined : { sessionId: previous } }),
  });
  tell({ result });
} catch (error) {
  tell({ error: error instanceof Error && 'type' in error ? error.type : String(error) });
}
await live.close();
