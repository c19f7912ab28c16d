import { FileLock } from '../../../files/file-lock.js';

// Run by tests: takes the lock at the given path, reports it, and holds it until it is killed.
const lock = await FileLock.tryTake(process.argv[2] ?? '');
process.send?.(lock === undefined ? 'not taken' : 'taken');
setInterval(() => undefined, 60_000);
