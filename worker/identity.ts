import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { roles } from '../core/run/roles.js';
import type { Role } from '../core/run/roles.js';

/** A worker process among others. */
export interface WorkerIdentity {
  /** 8 hex digits. */
  readonly id: string;
  /** As the Temporal UI shows it: `cpu,io@host#1a2b3c4d`. A process id says nothing where each is 1. */
  readonly name: string;
}

/** A new identity of this process. */
export function newIdentity(served: readonly Role[]): WorkerIdentity {
  const id = randomBytes(4).toString('hex');
  const what = served.length === roles.length ? 'headrace' : served.join(',');
  return { id, name: `${what}@${hostname()}#${id}` };
}
