import { Secrets } from '../core/secrets.js';

/** The secrets that this process removes from its output. Commands add those that they read from files. */
export const secrets = new Secrets(process.env);
