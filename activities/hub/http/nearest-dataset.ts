import { listDatasets } from '@huggingface/hub';
import { distance } from 'fastest-levenshtein';
import type { HubClient } from './hub-client.js';
import { libraryFetch } from './library-fetch.js';

const candidatesPerQuery = 100;

/**
 * The dataset whose id is nearest to a missing one: an underscore for a hyphen, a missing owner, a
 * misspelling. `undefined` where none is near.
 */
export async function nearestDataset(
  client: HubClient,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const candidates = new Set<string>();
  for (const search of queriesFor(id))
    for await (const dataset of listDatasets({
      search,
      limit: candidatesPerQuery,
      hubUrl: client.config.endpoint,
      fetch: libraryFetch(client, signal),
    }))
      candidates.add(dataset.name);
  return nearestOf(id, [...candidates]);
}

/** By owner, by name, and by the first two words of the name. */
function queriesFor(id: string): ({ readonly owner: string } | { readonly query: string })[] {
  const slash = id.indexOf('/');
  const name = id.slice(slash + 1);
  const words = name.split(/[-_.]+/).filter((word) => word.length > 2);
  return [
    ...(slash === -1 ? [] : [{ owner: id.slice(0, slash) }]),
    { query: name },
    ...(words.length > 1 ? [{ query: words.slice(0, 2).join('-') }] : []),
  ];
}

/**
 * The nearest of `candidates`: equal except for case and separators first, then equal names, then few changed
 * letters.
 */
function nearestOf(id: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, rank: rankOf(id, candidate) }))
    .filter(({ rank }) => rank <= Math.max(2, id.length * 0.25))
    .sort((a, b) => a.rank - b.rank || (a.candidate < b.candidate ? -1 : 1));
  return ranked[0]?.candidate;
}

function rankOf(id: string, candidate: string): number {
  const plain = (text: string): string => text.toLowerCase().replace(/[-_.]/g, '-');
  if (plain(id) === plain(candidate)) return 0;
  const nameOf = (text: string): string => text.slice(text.indexOf('/') + 1);
  if (plain(nameOf(id)) === plain(nameOf(candidate))) return 1;
  const whole = distance(plain(id), plain(candidate));
  return id.includes('/') ? whole : Math.min(whole, distance(plain(id), plain(nameOf(candidate))) + 1);
}
