import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { runScript } from '../support/run-python.js';
import { wholeLines } from '../support/whole-lines.js';

const Read = z.object({
  versions: z.record(z.string(), z.string()),
  openai: z.array(z.boolean()),
  datasets: z.array(z.unknown()),
});

void test("OpenAI's types take the lines whose calls and results have ids, and `datasets` reads them all", async (t) => {
  const { file, lines } = await wholeLines();
  const environment = await pythonEnvironment('readers');
  const read = await runScript(Read, environment, 'read_lines.py', {}, { file });
  t.diagnostic(JSON.stringify(read.versions));
  const lacksId = (line: string): boolean =>
    line.includes('"tool_calls":[{"type"') || /"role":"tool","content":"[^"]*"(,"name":"[^"]*")?}/.test(line);
  assert.deepEqual(
    read.openai,
    lines.map((line) => !lacksId(line)),
  );
  assert.ok(lines.some(lacksId));
  assert.deepEqual(
    read.datasets,
    lines.map((line): unknown => JSON.parse(line)),
  );
});
