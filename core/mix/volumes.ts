import type { FateOfConverted, Volume } from '../contracts/mix.js';

/** Names for users. */
export const fateNames: Readonly<Record<FateOfConverted, string>> = {
  duplicates: 'duplicates',
  heldout: 'held out',
  heldoutUnused: 'held out, unused',
  notSelected: 'not selected',
  kept: 'kept',
};

/** The sum of volumes. */
export function totalVolume(volumes: readonly Volume[]): Volume {
  return {
    bytes: volumes.reduce((sum, { bytes }) => sum + bytes, 0),
    assistantChars: volumes.reduce((sum, { assistantChars }) => sum + assistantChars, 0),
  };
}

/** The difference of two volumes. */
export function volumeLess(all: Volume, some: Volume): Volume {
  return { bytes: all.bytes - some.bytes, assistantChars: all.assistantChars - some.assistantChars };
}
