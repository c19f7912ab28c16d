/** An answer other than 2xx: `{"detail": …}` with that status, as FastAPI servers write it. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: 400 | 401 | 404 | 409 | 410 | 413 | 415 | 422 | 503,
    readonly detail: string,
  ) {
    super(detail);
  }
}
