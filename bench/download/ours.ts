import { openStore } from '../../activities/artifacts/open-store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { createHubActivities } from '../../activities/hub/index.js';
import { batchAt, batchCount } from '../../core/batches.js';
import { Source } from '../../core/recipe/source.js';

/** What a worker does with a source, without Temporal: `<endpoint> <folder> <dataset>`. */
const [endpoint = '', folder = '', dataset = ''] = process.argv.slice(2);
const store = await openStore(folder);
const hub = createHubActivities(createHubAccess({ store, env: { HF_ENDPOINT: endpoint, HF_HOME: folder } }));
const work = { signal: new AbortController().signal, progress: () => undefined };
const source = Source.parse({ name: 'bench', dataset });
const { resolution, downloads } = await hub.resolveSource({ source, out: `${folder}/out` }, work);
const batches = Array.from({ length: batchCount(downloads) }, (_, index) => batchAt(downloads, index));
await Promise.all(batches.map((range) => hub.downloadFiles({ resolution, ...range }, work)));
