import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyEnded } from '../../../dev/stack/why-ended.js';
import type { ProcessEnd } from '../../../dev/stack/why-ended.js';

const quiet: ProcessEnd = { code: null, signal: null, lastLines: [], memoryKills: 0 };

void test('why a part has ended is said as far as it is known: signal, want of memory, last line, exit code', () => {
  const killed = { ...quiet, signal: 'SIGKILL' } as const;
  for (const [end, why] of [
    [killed, 'SIGKILL: killed from outside; not by the system for want of memory'],
    [
      { ...killed, memoryKills: undefined },
      'SIGKILL: killed from outside, or by the system for want of memory',
    ],
    [
      { ...killed, memoryKills: 1 },
      'SIGKILL: since it started, the system has killed a process for want of memory',
    ],
    [{ ...quiet, signal: 'SIGTERM', lastLines: ['Headrace worker polls'] }, 'SIGTERM'],
    [
      { ...quiet, code: 1, lastLines: ['…', 'Error: the port is taken'] },
      'exit code 1: Error: the port is taken',
    ],
    [
      { ...quiet, code: 1, lastLines: ['HeadraceError: no server', '    at connect (index.js:1:2)'] },
      'exit code 1: HeadraceError: no server',
    ],
    [{ ...quiet, code: 0, lastLines: ['Headrace worker polls'] }, 'exit code 0'],
    [{ ...quiet, code: 7 }, 'exit code 7'],
    [
      {
        ...quiet,
        signal: 'SIGABRT',
        lastLines: ['FATAL ERROR: Reached heap limit', ' 1: 0xb8cf03 node::Abort()'],
      },
      'SIGABRT: FATAL ERROR: Reached heap limit',
    ],
  ] as const)
    assert.equal(whyEnded(end), why);
});
