import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { z } from 'zod';
import { createTextEncoder } from '../../../activities/tokenise/tokenizer/text-encoder.js';
import { readTokenizerFiles } from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import { controlTokens } from '../../../core/training/models/control-tokens.js';
import { markupTokens } from '../../../core/training/rendering/renderer.js';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { Dice } from '../../support/dice.js';
import { namesOfEveryScript } from '../support/names-of-every-script.js';
import { runScript } from '../support/run-python.js';
import { wholeTokenizer, wholeTokenizers } from '../support/whole-tokenizers.js';

const Answer = z.object({ ids: z.array(z.array(z.int())) });
const environment = await pythonEnvironment('cookbook');
const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
const names = namesOfEveryScript();

const typed = Object.values(controlTokens).flatMap((ids) => Object.keys(ids));
const fragments = [
  "don't", "WE'LL", "it'S", "it'ſ", 'CamelCase', ' 12345', '3.14159', '\n', '\r\n\r\n', '   ', '\t', '\u00a0', '\u0085', '\ufeff',
  '{"a": 1}', '</div>', '====', 'a/b/c\n', '!\n\n', '👩‍👩‍👧', '🇩🇪', '俱乐部', '新加坡', 'e\u0301', 'ﬁ', 'ǅ', 'ª', '٣٤٥', '½',
  'x'.repeat(400), '字'.repeat(200), '-'.repeat(900), ' '.repeat(300),
]; // prettier-ignore

/** A character that this version of Unicode has: Python's has more, and would cut there otherwise. */
function character(dice: Dice): string {
  for (;;) {
    const text = String.fromCodePoint(dice.below(0x32000));
    if (!/[\p{Cn}\p{Cs}]/u.test(text)) return text;
  }
}

function randomText(dice: Dice): string {
  let made = '';
  for (let left = 1 + dice.below(30); left > 0; left -= 1) {
    const kind = dice.below(8);
    if (kind < 3) made += dice.pick(fragments);
    else if (kind < 5)
      made += Array.from(dice.pick(names))
        .slice(0, 1 + dice.below(40))
        .join('');
    else if (kind === 5) made += dice.pick([...markupTokens, ...typed]);
    else made += character(dice);
  }
  return made;
}

const dice = new Dice(seed);
const texts = [...names, ...Array.from({ length: 1_500 }, () => randomText(dice))];

for (const name of wholeTokenizers)
  void test(`${name}: the whole tokenizer gives text of every script and typed control tokens the reference's ids`, async (t) => {
    t.diagnostic(`SEED=${seed}`);
    const folder = await wholeTokenizer(name, environment);
    const { ids } = await runScript(Answer, environment, 'tokenizer_ids.py', {}, { folder, lists: [texts] });
    const encoder = createTextEncoder(await readTokenizerFiles(folder), markupTokens);
    for (const [at, each] of texts.entries())
      assert.deepEqual([...encoder.encode(each)], ids[at], JSON.stringify(each));
    for (const [token, id] of Object.entries(controlTokens[name]))
      assert.equal(encoder.specialId(token), id, token);
  });
