import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareResumedStep } from '../../../client/doctor/tinker-smoke/resumed-step.js';
import { adamwStep, initAdam, type AdamState } from '../../../dev/tinker/model/adamw.js';
import type { Tensors } from '../../../dev/tinker/model/safetensors.js';

/**
 * Four parameters under AdamW stand for log-probabilities: three steps, a state, and one more step with the
 * optimizer that a server might restore.
 */

const adam = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, gradClipNorm: 0 };
const gradients = new Map([['w', new Float32Array([1, -2, 0.5, 3])]]);

function params(data: ArrayLike<number>): Tensors {
  return new Map([['w', { shape: [4], data: Float32Array.from(data) }]]);
}

function copyOf({ m, v, step }: AdamState, changes: Partial<AdamState> = {}): AdamState {
  const copy = (moments: AdamState['m']): AdamState['m'] =>
    new Map([...moments].map(([name, data]) => [name, data.slice()]));
  return { m: copy(m), v: copy(v), step, ...changes };
}

const live = params([-1, -2, -3, -4]);
const warm = initAdam(live);
for (let step = 0; step < 3; step += 1) adamwStep(live, gradients, warm, adam);
const before = values(live);

function values(of: Tensors): readonly number[] {
  return [...(of.get('w')?.data ?? [])];
}

/** The fingerprint after one more step from the saved weights with this optimizer. */
function after(state: AdamState): readonly number[] {
  const loaded = params(before);
  adamwStep(loaded, gradients, state, { ...adam, beta1: 0.98 });
  return values(loaded);
}

const zeros = initAdam(params(before));
const undisturbed = { before, live: after(copyOf(warm)), weightsAlone: after(copyOf(zeros)) };

void test('equal steps are a restored optimizer, as long as the weights alone make another one', () => {
  assert.equal(compareResumedStep({ ...undisturbed, resumed: undisturbed.live }).found, 'restored');
  const unasked = { ...undisturbed, weightsAlone: undisturbed.live, resumed: undisturbed.live };
  assert.equal(compareResumedStep(unasked).found, 'cannot-tell');
});

void test('equal steps within the noise of a server are a restored optimizer', () => {
  const noise = undisturbed.live.map((each, at) => each + (at % 2 === 0 ? 0.003 : -0.003));
  assert.equal(compareResumedStep({ ...undisturbed, resumed: noise }).found, 'restored');
});

void test('an optimizer that is reset is not restored', () => {
  assert.throws(() => compareResumedStep({ ...undisturbed, resumed: undisturbed.weightsAlone }), {
    type: 'TinkerConformanceError',
    message: /^the optimizer state is not restored: a resumed run will differ; loss /,
  });
});

void test('moments without the count of steps, a count without moments, and one moment of two are seen', () => {
  const partly: Readonly<Record<string, AdamState>> = {
    'no count': copyOf(warm, { step: 0 }),
    'the count alone': copyOf(zeros, { step: warm.step }),
    'the first moment alone': copyOf(warm, { v: copyOf(zeros).v }),
    'the second moment alone': copyOf(warm, { m: copyOf(zeros).m }),
  };
  for (const [what, state] of Object.entries(partly))
    assert.throws(
      () => compareResumedStep({ ...undisturbed, resumed: after(state) }),
      { type: 'TinkerConformanceError', message: /^the optimizer state is .*: a resumed run will differ/ },
      what,
    );
});
