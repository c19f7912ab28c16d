import { Secrets } from '../core/secrets.js';

/** What this process keeps out of its output; commands add what they read from files. */
export const secrets = new Secrets(process.env);
