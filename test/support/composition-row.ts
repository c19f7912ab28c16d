import type { CompositionRow } from '../../core/contracts/mix.js';
import { noCounts } from '../../core/convert/findings/counts.js';

/** A source's row of the composition in which everything that `change` leaves out is zero. */
export function compositionRow(name: string, change: Partial<CompositionRow> = {}): CompositionRow {
  return {
    name,
    format: 'messages',
    columns: { messages: 'messages', role: 'role', content: 'content' },
    ...noCounts,
    duplicatesBy: {},
    duplicates: 0,
    heldout: 0,
    heldoutUnused: 0,
    notSelected: 0,
    kept: 0,
    repeat: 1,
    lines: 0,
    bytes: 0,
    assistantChars: 0,
    volumes: {
      duplicates: { bytes: 0, assistantChars: 0 },
      heldout: { bytes: 0, assistantChars: 0 },
      heldoutUnused: { bytes: 0, assistantChars: 0 },
      notSelected: { bytes: 0, assistantChars: 0 },
      kept: { bytes: 0, assistantChars: 0 },
    },
    realisedShare: 0,
    limiting: false,
    ...change,
  };
}
