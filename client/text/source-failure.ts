import type { HeadraceError } from '../../core/errors.js';

/** Why a source cannot be shown, and what to do: as JSON, or as a block of text. */
export function sourceFailure(name: string, { type, message, remedy }: HeadraceError, json: boolean): string {
  return json
    ? JSON.stringify({ name, error: { type, message, remedy } })
    : `── ${name} ──\n${type}: ${message}\n    → ${remedy}\n`;
}
