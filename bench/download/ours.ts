import { openStore } from '../../activities/artifacts/store.js';
import { createHubAccess } from '../../activities/hub/hub-access.js';
import { createHubActivities } from '../../activities/hub/index.js';
import { Source } from '../../core/recipe/source.js';

/** What a worker does with a source, without Temporal: `<endpoint> <folder> <dataset>`. */
const [endpoint = '', folder = '', dataset = ''] = process.argv.slice(2);
const store = await openStore(folder);
const hub = createHubActivities(createHubAccess({ store, env: { HF_ENDPOINT: endpoint, HF_HOME: folder } }));
const work = { signal: new AbortController().signal, progress: () => undefined };
const source = Source.parse({ name: 'bench', dataset });
const { resolution, downloads } = await hub.resolveSource({ source, out: `${folder}/out` }, work);
await Promise.all(downloads.map(({ from, to }) => hub.downloadFiles({ resolution, from, to }, work)));
