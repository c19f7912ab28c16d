import { openStore } from '../../../activities/artifacts/open-store.js';
import { createHubAccess } from '../../../activities/hub/hub-access.js';
import { createHubActivities } from '../../../activities/hub/index.js';

/**
 * A process that downloads all files of a resolution as a worker does, one activity a file and with the
 * tuning that users have: `<store> <endpoint> <key> <files>`.
 */
const [root = '', endpoint = '', key = '', files = '0'] = process.argv.slice(2);
const store = await openStore(root);
const activities = createHubActivities(
  createHubAccess({ store, env: { HF_ENDPOINT: endpoint, HF_HOME: root } }),
);
const results = await Promise.all(
  Array.from({ length: Number(files) }, (_, index) =>
    activities.downloadFiles(
      { resolution: { kind: 'resolution', key }, from: index, to: index + 1 },
      { signal: new AbortController().signal, progress: () => undefined },
    ),
  ),
);
process.stdout.write(JSON.stringify(results));
