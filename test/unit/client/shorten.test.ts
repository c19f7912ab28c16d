import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeControls } from '../../../client/text/shorten.js';

void test('text of a corpus cannot control the terminal: C0 and C1 controls and turned directions are escaped', () => {
  assert.equal(escapeControls('a\tb\nc\r\n'), 'a\tb\nc\\r\n');
  assert.equal(
    escapeControls('\u001b[2J \u009b2J \u007f \u202e \u2066'),
    '\\u001b[2J \\u009b2J \\u007f \\u202e \\u2066',
  );
  assert.equal(escapeControls('é 日本 مرحبا 😀'), 'é 日本 مرحبا 😀');
});
