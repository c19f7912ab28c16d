/**
 * How long a worker that receives SIGTERM may take until its activities have saved: a training step and a
 * save on a slow server. After it the worker ends without them.
 */
export const shutdownLimitMs = 120_000;
