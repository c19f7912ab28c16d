/**
 * Versions of the code that makes an artifact. Part of its key: raise one when the same inputs would give other bytes, and
 * what is in the stores is made anew.
 */
export const conversionVersion = 2;
