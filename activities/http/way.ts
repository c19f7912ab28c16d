/** How a connection reaches a server. */
export interface Way {
  /** URL of an HTTP proxy, which may hold a password. @default none */
  readonly proxy?: string;
  /** Path of a PEM file with authorities that are trusted besides Node's. */
  readonly authorities?: string;
}

/** Tells ways apart. */
export function wayKey({ proxy = '', authorities = '' }: Way): string {
  return `${proxy} ${authorities}`;
}
