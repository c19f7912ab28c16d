import { defined } from '../../core/defined.js';
import { HeadraceError, messageOf } from '../../core/errors.js';

/** The result of one check before a run. */
export interface Check {
  /** `temporal`, `source lmsys: columns`. */
  readonly what: string;
  /** `warning`: a run works, perhaps not as its author expects. */
  readonly status: 'ok' | 'warning' | 'failed';
  readonly message: string;
  /** The error type, where it failed. */
  readonly type?: string;
  /** How to solve the problem. */
  readonly remedy?: string;
}

export function passed(what: string, message: string): Check {
  return { what, status: 'ok', message };
}

export function warned(what: string, message: string, remedy?: string): Check {
  return { what, status: 'warning', message, ...defined({ remedy }) };
}

/**
 * A check that failed with `error`. The type of an error that is not a {@link HeadraceError} is
 * `InternalError`.
 */
export function failed(what: string, error: unknown): Check {
  const known = error instanceof HeadraceError;
  return {
    what,
    status: 'failed',
    message: messageOf(error),
    type: known ? error.type : 'InternalError',
    ...(known ? { remedy: error.remedy } : {}),
  };
}

const marks = { ok: '✓', warning: '!', failed: '✗' } as const satisfies Record<Check['status'], string>;

/** The line of a check, and below it the remedy where there is one. */
export function checkLines({ what, status, message, type, remedy }: Check): string[] {
  const named = type === undefined ? message : `${type}: ${message}`;
  return [`${marks[status]} ${what}: ${named}`, ...(remedy === undefined ? [] : [`    → ${remedy}`])];
}

/** `12 checks passed`, `2 of 12 checks failed, 1 warning`. */
export function checksSummary(checks: readonly Check[]): string {
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  const [bad, warnings] = [count('failed'), count('warning')];
  const all = `${checks.length} check${checks.length === 1 ? '' : 's'}`;
  const tail = warnings === 0 ? '' : `, ${warnings} warning${warnings === 1 ? '' : 's'}`;
  return bad === 0 ? `${all} passed${tail}` : `${bad} of ${all} failed${tail}`;
}
