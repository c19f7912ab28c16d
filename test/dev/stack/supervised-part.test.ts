import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HeadraceError } from '../../../core/errors.js';
import { startPart } from '../../../dev/stack/part.js';
import type { Part } from '../../../dev/stack/part.js';
import { samePorts } from '../../../dev/stack/same-ports.js';
import { SupervisedPart } from '../../../dev/stack/supervised-part.js';
import type { PartEvent, SupervisionOptions } from '../../../dev/stack/supervised-part.js';
import { processMark, processState } from '../../../files/process-id.js';
import { temporaryFolder } from '../../support/folder.js';
import { until } from '../../support/until.js';

const program = fileURLToPath(new URL('./part-child.js', import.meta.url));

/** A part under supervision whose pauses take no time. */
async function supervise(t: TestContext, args: readonly string[], pause?: SupervisionOptions['pause']) {
  const logPath = join(await temporaryFolder(t), 'logs', 'server.log');
  const start = (further: readonly string[], signal?: AbortSignal): Promise<Part> =>
    startPart({
      name: 'server',
      program,
      args: [...args, ...further],
      env: {},
      logPath,
      ...(signal && { signal }),
    });
  const parts = [await start([])];
  const events: PartEvent[] = [];
  const failures: unknown[] = [];
  const pauses: number[] = [];
  const first = parts[0];
  assert.ok(first);
  const supervised = new SupervisedPart(first, {
    startAgain: async (before, signal) => {
      const part = await start(samePorts(before), signal);
      parts.push(part);
      return part;
    },
    onEvent: (event) => events.push(event),
    onFailure: (error) => failures.push(error),
    pause: async (ms, signal) => {
      pauses.push(ms);
      await pause?.(ms, signal);
    },
  });
  t.after(() => supervised.close());
  const restarted = async (times: number): Promise<Part> => {
    await until(
      () => (events.filter(({ event }) => event === 'restarted').length === times ? true : undefined),
      () => `restart ${times}: ${JSON.stringify(events)}`,
    );
    const part = parts.at(-1);
    assert.ok(part);
    return part;
  };
  return { supervised, first, parts, events, failures, pauses, restarted, logPath };
}

void test('a part that is killed starts again at its addresses, with why it ended, and what it left is killed', async (t) => {
  const { first, events, restarted, logPath } = await supervise(t, ['serve']);
  const own = processMark(Number(first.ready['own']));
  first.process.kill('SIGKILL');
  const second = await restarted(1);
  assert.equal(second.ready['url'], first.ready['url']);
  const [ended] = events;
  assert.ok(ended?.event === 'ended');
  assert.match(ended.why, /^SIGKILL: /);
  assert.deepEqual([ended.part, ended.log, ended.restartsInMs], ['server', logPath, 1_000]);
  await until(
    () => (processState(own) === 'running' ? undefined : true),
    () => 'the end of the process that the part started',
  );
  assert.match(
    await readFile(logPath, 'utf8'),
    /server has ended \(SIGKILL: .*\) and starts again in 1000 ms/,
  );
});

void test('a part that dies again and again is given up, with the last lines of its log', async (t) => {
  const path = join(await temporaryFolder(t), 'broken');
  const { first, events, failures, pauses } = await supervise(t, ['serve-unless', path]);
  await writeFile(path, '');
  first.process.kill('SIGTERM');
  const failure = await until(
    () => failures[0],
    () => `a failure: ${JSON.stringify(events)}`,
  );
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000]);
  assert.ok(failure instanceof HeadraceError && failure.type === 'ServerEndedError');
  assert.match(
    failure.message,
    /^The server has ended too often within a minute, the last time with exit code 3: Error: cannot serve here; the last lines of \S+server\.log:\n/,
  );
  assert.match(failure.message, /\nError: cannot serve here$/);
});

void test('a part that is closed is not started again, also in a pause', async (t) => {
  const serving = await supervise(t, ['serve']);
  await serving.supervised.close();
  assert.deepEqual([serving.events, serving.failures, serving.parts.length], [[], [], 1]);
  const inPause = await supervise(t, ['serve'], async (_, signal) => {
    if (!signal.aborted) await once(signal, 'abort');
    signal.throwIfAborted();
  });
  inPause.first.process.kill('SIGKILL');
  await until(
    () => inPause.events[0],
    () => 'the end of the part',
  );
  await inPause.supervised.close();
  assert.deepEqual([inPause.failures, inPause.parts.length], [[], 1]);
});

void test('a part that cannot start is an error with why it ended and the last lines of its log', async (t) => {
  await assert.rejects(supervise(t, ['fail']), {
    name: 'PartNotStartedError',
    message:
      /^server ended before it was ready \(exit code 3: Error: cannot serve here\); the last lines of \S+server\.log:\nError: cannot serve here$/,
  });
});
