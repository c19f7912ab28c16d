import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

// Run by tests as a part: `serve [--port N]` serves until its parent ends, `fail` ends at once, `serve-unless
// PATH` fails where the file exists. It starts a process of its own, as the Temporal part does.
const [how = '', path = ''] = process.argv.slice(2);
if (how === 'fail' || (how === 'serve-unless' && existsSync(path))) {
  process.stderr.write('Error: cannot serve here\n');
  process.exit(3);
}
const port = process.argv[process.argv.indexOf('--port') + 1] ?? '';
const own = spawn('sleep', ['600'], { stdio: 'ignore' });
const url = process.argv.includes('--port') ? `http://127.0.0.1:${port}` : 'http://127.0.0.1:4711';
process.send?.({ ready: { url, own: String(own.pid) } });
process.once('disconnect', () => {
  own.kill();
  process.exit(0);
});
