import { HeadraceError } from '../../../core/errors.js';
import { distance, isSame, meanLoss, type Logprobs } from './probe.js';

/** Fingerprints of three models that began with equal weights, each after the same optimizer step. */
export interface SameStep {
  /** Before the step. */
  readonly before: Logprobs;
  /** The model that was saved. */
  readonly live: Logprobs;
  /** Loaded with its optimizer. */
  readonly resumed: Logprobs;
  /** Loaded without: the counter-check. */
  readonly weightsAlone: Logprobs;
}

/**
 * Compares the step. The resumed model must make that of the live one, and the weights alone must make
 * another: their optimizer has no moments.
 *
 * @returns `cannot-tell`, where the weights alone make the step of the live model too.
 * @throws {HeadraceError} TinkerConformanceError, where the resumed model makes another step.
 */
export function compareResumedStep(step: SameStep): {
  readonly found: 'restored' | 'cannot-tell';
  readonly detail: string;
} {
  const { before, live, resumed, weightsAlone } = step;
  const apart = distance(live, weightsAlone);
  const moved = Math.max(distance(before, live), distance(before, weightsAlone));
  const shown = (logprobs: Logprobs): string => meanLoss(logprobs).toFixed(4);
  const detail = `loss ${shown(live)} after one more step of the live model, ${shown(resumed)} of the resumed one, ${shown(weightsAlone)} of the weights alone`;
  const cannotTell = isSame(live, weightsAlone, moved);
  if (isSame(live, resumed, cannotTell ? moved : apart))
    return { found: cannotTell ? 'cannot-tell' : 'restored', detail };
  const what = isSame(weightsAlone, resumed, apart)
    ? 'the optimizer state is not restored'
    : 'the optimizer state is restored in part or wrongly';
  throw new HeadraceError('TinkerConformanceError', `${what}: a resumed run will differ; ${detail}`, {
    remedy:
      'Report it to those who run the server. Until then a run that is interrupted has other losses than one that is not.',
  });
}
