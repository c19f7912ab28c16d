import { parser } from '@prometheus-io/lezer-promql';

/** A condition on a label, such as `le!="+Inf"`. */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** A metric as an expression names it. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly LabelMatcher[];
}

/** What an expression reads. */
export interface PromQl {
  readonly selectors: readonly Selector[];
  /** Labels by which it groups or joins. */
  readonly grouping: readonly string[];
}

/**
 * Parses an expression with the grammar of Prometheus.
 *
 * @throws {Error} with the place of what cannot be parsed.
 */
export function parsePromQl(expression: string): PromQl {
  const selectors: { metric: string; matchers: LabelMatcher[] }[] = [];
  const grouping: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ type, name, from, to, node }) => {
      if (type.isError)
        throw new Error(`PromQL: ${expression}\n${' '.repeat('PromQL: '.length + from)}^ cannot be parsed`);
      const text = expression.slice(from, to);
      if (name === 'VectorSelector') selectors.push({ metric: '', matchers: [] });
      const selector = selectors.at(-1);
      if (name === 'Identifier' && selector !== undefined) selector.metric = text;
      if (name === 'UnquotedLabelMatcher' && selector !== undefined) selector.matchers.push(matcherOf(text));
      if (name === 'LabelName' && node.parent?.name === 'GroupingLabels') grouping.push(text);
    },
  });
  return { selectors, grouping };
}

function matcherOf(text: string): LabelMatcher {
  const [, label = '', operator = '', value = ''] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/s.exec(text) ?? [];
  return { label, operator, value };
}
