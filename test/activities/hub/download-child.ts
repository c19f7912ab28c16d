import { openStore } from '../../../activities/artifacts/open-store.js';
import { createHubAccess } from '../../../activities/hub/hub-access.js';
import { createHubActivities } from '../../../activities/hub/index.js';
import { quick } from '../../support/hub.js';

/**
 * A process that downloads one resolution to its end, for tests that kill it: `<store> <endpoint> <key>`, and
 * `worker` for the sizes of a worker.
 */
const [place = '', endpoint = '', key = '', sizes = ''] = process.argv.slice(2);
const store = await openStore(place);
const activities = createHubActivities(
  createHubAccess({
    store,
    env: { HF_ENDPOINT: endpoint, HF_HOME: store.workplace.root },
    tuning: sizes === 'worker' ? {} : { ...quick, connectionsPerFile: 3 },
  }),
);
const result = await activities.downloadFiles(
  { resolution: { kind: 'resolution', key }, from: 0, to: 1 },
  { signal: new AbortController().signal, progress: () => undefined },
);
process.stdout.write(JSON.stringify(result));
