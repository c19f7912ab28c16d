import type { SourceCounts } from '../contracts/conversion.js';
import type { Composition, CompositionRow, FateOfConverted, Volume } from '../contracts/mix.js';
import type { ReadAs } from '../convert/findings/source-findings.js';
import { defined } from '../defined.js';

/** The fate of one source's conversations in the mix. */
interface MixedCounts {
  /** Duplicates of this source, by the index of the source that won them. */
  readonly duplicatesBy: ReadonlyMap<number, number>;
  /** Held-out conversations that are in heldout.jsonl. */
  readonly heldout: number;
  readonly heldoutUnused: number;
  /** Candidates for training: unique, and not held out. */
  readonly available: number;
  readonly kept: number;
  /** Each conversation counts once, whatever `repeat` is. */
  readonly volumes: Readonly<Record<FateOfConverted, Volume>>;
  readonly limiting: boolean;
}

export interface CompositionSource {
  readonly name: string;
  readonly readAs: ReadAs;
  readonly counts: SourceCounts;
  readonly repeat: number;
  readonly share?: number;
  readonly rows?: number;
  readonly mixed: MixedCounts;
}

/**
 * Accounts for every row: read = filtered + rejected + duplicates + heldout + heldoutUnused + notSelected +
 * kept.
 */
export function composition(sources: readonly CompositionSource[]): Composition {
  const kept = sources.reduce((sum, { mixed }) => sum + mixed.kept, 0);
  const rows = sources.map(
    ({ name, readAs, counts, repeat, share, rows: askedRows, mixed }): CompositionRow => {
      const won = [...mixed.duplicatesBy].sort(([a], [b]) => a - b);
      return {
        ...counts,
        ...readAs,
        name,
        duplicatesBy: Object.fromEntries(
          won.map(([winner, count]) => [sources[winner]?.name ?? String(winner), count]),
        ),
        duplicates: won.reduce((sum, [, count]) => sum + count, 0),
        heldout: mixed.heldout,
        heldoutUnused: mixed.heldoutUnused,
        notSelected: mixed.available - mixed.kept,
        kept: mixed.kept,
        repeat,
        lines: mixed.kept * repeat,
        bytes: mixed.volumes.kept.bytes * repeat,
        assistantChars: mixed.volumes.kept.assistantChars * repeat,
        volumes: mixed.volumes,
        ...defined({ askedShare: share, askedRows }),
        realisedShare: kept === 0 ? 0 : mixed.kept / kept,
        limiting: mixed.limiting,
      };
    },
  );
  return {
    sources: rows,
    trainLines: rows.reduce((sum, row) => sum + row.lines, 0),
    heldoutLines: rows.reduce((sum, row) => sum + row.heldout, 0),
  };
}
