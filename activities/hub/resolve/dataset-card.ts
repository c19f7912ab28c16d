import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../../core/errors.js';
import type { CardConfig } from '../../../core/hub/card-config.js';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const SplitEntry = z.object({ split: z.coerce.string(), path: oneOrMore });
const DataFiles = z.union([
  z.string().transform((pattern) => [{ split: 'train', patterns: [pattern] }]),
  z.array(z.string()).transform((patterns) => [{ split: 'train', patterns }]),
  z.array(SplitEntry).transform((entries) => entries.map(({ split, path }) => ({ split, patterns: path }))),
  z
    .record(z.string(), oneOrMore)
    .transform((bySplit) => Object.entries(bySplit).map(([split, patterns]) => ({ split, patterns }))),
]);
const Card = z.object({
  configs: z
    .array(
      z.object({
        config_name: z.coerce.string().default('default'),
        default: z.boolean().default(false),
        data_dir: z.string().default(''),
        data_files: DataFiles.default([]),
      }),
    )
    .nullish(),
});

/** The keys of a YAML document; none of an empty one. */
const YamlKeys = z.record(z.string(), z.unknown()).nullable();

/** The configs of a dataset's README.md. */
export interface DatasetCard {
  /** Empty where the README.md names none. */
  readonly configs: readonly CardConfig[];
  /** Why the configs of the README.md cannot be read. */
  readonly problem?: string;
}

/**
 * Reads `configs` from the YAML at the head of a dataset's README.md. The keys of its .huggingface.yaml,
 * where it has one, take the place of those.
 */
export function readCard(readme: string, settings = ''): DatasetCard {
  const head = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---/.exec(readme)?.[1] ?? '';
  try {
    const card = Card.safeParse({ ...YamlKeys.parse(parse(head)), ...YamlKeys.parse(parse(settings)) });
    if (!card.success) return { configs: [], problem: z.prettifyError(card.error).slice(0, 300) };
    return {
      configs: (card.data.configs ?? []).map((config) => ({
        name: config.config_name,
        isDefault: config.default,
        dataDir: config.data_dir,
        dataFiles: config.data_files,
      })),
    };
  } catch (error) {
    return { configs: [], problem: messageOf(error).slice(0, 300) };
  }
}
