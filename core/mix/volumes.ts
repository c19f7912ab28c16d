import type { FateOfConverted, Volume } from '../contracts/mix.js';

/** What a person calls it. */
export const fateNames: Readonly<Record<FateOfConverted, string>> = {
  duplicates: 'duplicates',
  heldout: 'held out',
  heldoutUnused: 'held out, unused',
  notSelected: 'not selected',
  kept: 'kept',
};

export function totalVolume(volumes: readonly Volume[]): Volume {
  return {
    bytes: volumes.reduce((sum, { bytes }) => sum + bytes, 0),
    assistantChars: volumes.reduce((sum, { assistantChars }) => sum + assistantChars, 0),
  };
}
