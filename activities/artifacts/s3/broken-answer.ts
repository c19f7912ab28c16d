/** The answer did not come whole: the connection broke or went silent. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';
}
