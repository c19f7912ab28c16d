import type { WorkOf } from '../work.js';
import { downloadFiles } from './download-files.js';
import type { HubAccess } from './hub-access.js';
import { resolveSource } from './resolve-source.js';

export type HubActivities = WorkOf<'resolveSource' | 'downloadFiles'>;

/** The activities that resolve and download sources. */
export function createHubActivities(hub: HubAccess): HubActivities {
  return {
    resolveSource: (input, work) => resolveSource(hub, input, work),
    downloadFiles: (input, work) => downloadFiles(hub, input, work),
  };
}
