import { compileFilter } from '../../../core/convert/filter.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { rowsAreTurns } from '../../../core/convert/layout.js';
import { artifactKey } from '../../artifacts/store.js';
import { conversionVersion, type ConversionPlanFile, type PieceRef } from './conversion-plan.js';

/** How the rows of a source become conversations. It depends on the format. */
export interface Strategy {
  readonly pieceJob: ConversionPlanFile['pieceJob'];
  /**
   * The artifact that a piece becomes.
   *
   * @param slices - what identifies the bytes of its slices.
   */
  readonly pieceRef: (slices: readonly unknown[]) => PieceRef;
  /** The artifacts that all pieces together become. */
  readonly partitionRefs: (pieces: readonly PieceRef[]) => readonly PieceRef[];
}

/**
 * The strategy for the format of `rules`.
 *
 * @param partitions - dialogue partitions, where a row is a turn.
 */
export function strategyFor(rules: ConversionRules, seed: number, partitions: number): Strategy {
  return rowsAreTurns(rules.layout.format) ? byDialogue(rules, seed, partitions) : byRow(rules, seed);
}

/** A row is a conversation, so a piece is converted by itself. */
function byRow(rules: ConversionRules, seed: number): Strategy {
  return {
    pieceJob: 'convertPiece',
    pieceRef: (slices) => ({
      kind: 'piece',
      key: artifactKey('piece', conversionVersion, { slices, rules, seed }),
    }),
    partitionRefs: () => [],
  };
}

/**
 * A row is a turn of a dialogue whose other rows may be in any piece. Pieces are scattered by dialogue. Then
 * each partition has all rows of its dialogues, and is grouped.
 */
function byDialogue(rules: ConversionRules, seed: number, partitions: number): Strategy {
  const { layout, filter } = rules;
  const filterColumns = compileFilter(filter, layout).columns;
  return {
    pieceJob: 'scatterPiece',
    pieceRef: (slices) => ({
      kind: 'scatter',
      key: artifactKey('scatter', conversionVersion, { slices, layout, filterColumns, partitions }),
    }),
    partitionRefs: (pieces) => {
      const scatters = pieces.map(({ key }) => key);
      return Array.from({ length: partitions }, (_, partition) => ({
        kind: 'piece',
        key: artifactKey('piece', conversionVersion, { scatters, partition, rules, seed }),
      }));
    },
  };
}
