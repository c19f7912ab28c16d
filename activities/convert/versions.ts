/**
 * Versions of the code that makes an artifact. Part of its key: raise one when the same inputs would give other bytes, and
 * what is in the stores is made anew.
 */
export const conversionVersion = 2;
/** The mix rule that people read: `mix_rule` in `manifest.json`. */
export const mixRuleVersion = 1;
export const mixCodeVersion = 1;
