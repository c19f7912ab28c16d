export type { Fault, FaultRequest } from './faults.js';
export { startHub, type Hub, type HubOptions } from './hub.js';
export { RepositorySettings } from './settings.js';
export type { HubStats, RequestRecord } from './stats.js';
