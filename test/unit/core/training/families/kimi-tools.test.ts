import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pythonJson } from '../../../../../core/json/python-json.js';
import { parseSpelled } from '../../../../../core/json/spelled-json.js';
import { rendererNamed } from '../../../../../core/training/families/index.js';

interface Case {
  readonly tool: string;
  /** `null`: Kimi's encoder raises an error. */
  readonly declared: string | null;
}

const path = new URL('../../../../../../test/golden/kimi-tools/kimi-tools.json', import.meta.url);
const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[];

function declaredBy(name: 'kimi_k2' | 'kimi_k25', tools: readonly string[], system = ''): readonly unknown[] {
  const { declareTools } = rendererNamed(name);
  assert.ok(declareTools);
  return declareTools(tools, system);
}

const system = { role: 'system', content: 'You are Kimi, an AI assistant created by Moonshot AI.' };

void test("Kimi K2.5 declares tools in the TypeScript of Kimi's own encoder", () => {
  const written = cases.filter(({ declared }) => declared !== null);
  assert.ok(written.length > 150);
  for (const { tool, declared } of written)
    assert.deepEqual(
      declaredBy('kimi_k25', [tool]),
      [{ role: 'tool_declare', content: declared }, system],
      tool,
    );
});

void test('a tool whose schema has no form in TypeScript is declared as sorted, compact JSON', () => {
  const refused = cases.filter(({ declared }) => declared === null);
  assert.ok(refused.length > 30);
  for (const { tool } of refused) {
    const sorted = pythonJson(parseSpelled(tool), { raw: true, compact: true, sorted: true });
    const content = `[{"function":${sorted},"type":"function"}]`;
    assert.deepEqual(declaredBy('kimi_k25', [tool]), [{ role: 'tool_declare', content }, system], tool);
  }
});

void test('the words of a system message stand behind the tools', () => {
  for (const name of ['kimi_k2', 'kimi_k25'] as const)
    assert.deepEqual(declaredBy(name, ['{"name":"now"}'], 'Be brief.')[1], {
      role: 'system',
      content: 'Be brief.',
    });
});
