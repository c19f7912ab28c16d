import { once } from 'node:events';
import { lockSource, type LockedSource } from '../../../activities/hub/resolve/recipe-lock.js';

/**
 * A process that enters sources in a lock, for tests: `<out> <names, by comma>`. It begins when its parent
 * sends a message. The source `dies` kills the process in the middle of its entry.
 */
const [out = '', names = ''] = process.argv.slice(2);
const { signal } = new AbortController();

const entry: LockedSource = {
  asked: { dataset: 'o/n', revision: null, config: null, split: null, data_files: null },
  dataset: 'o/n',
  commit: 'a'.repeat(40),
  config: 'default',
  split: 'train',
  files: [{ path: 'train.jsonl', sizeBytes: 1, sha256: 'b'.repeat(64) }],
  emptyFiles: [],
};
const deadly = {
  ...entry,
  get commit(): string {
    process.kill(process.pid, 'SIGKILL');
    return '';
  },
};

process.send?.('ready');
await once(process, 'message');
await Promise.all(
  names.split(',').map((name) => lockSource(out, name, name === 'dies' ? deadly : entry, signal)),
);
process.disconnect();
