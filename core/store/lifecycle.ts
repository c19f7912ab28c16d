/** A lifecycle rule of a bucket, as S3 has it. */
export interface LifecycleRule {
  readonly ID?: string | undefined;
  readonly Status?: string | undefined;
  /** Of rules that were written before there were filters. */
  readonly Prefix?: string | undefined;
  readonly Filter?: (LifecycleScope & { readonly And?: LifecycleScope | undefined }) | undefined;
  readonly Expiration?:
    | {
        readonly Days?: number | undefined;
        readonly Date?: Date | undefined;
        /** Removes no version of an object. */
        readonly ExpiredObjectDeleteMarker?: boolean | undefined;
      }
    | undefined;
  /** Of versions that Headrace does not read. */
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays?: number | undefined } | undefined;
  readonly Transitions?:
    | readonly {
        readonly Days?: number | undefined;
        readonly Date?: Date | undefined;
        readonly StorageClass?: string | undefined;
      }[]
    | undefined;
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation?: number | undefined } | undefined;
}

interface LifecycleScope {
  readonly Prefix?: string | undefined;
  readonly Tag?: unknown;
  readonly Tags?: readonly unknown[] | undefined;
  readonly ObjectSizeGreaterThan?: number | undefined;
  readonly ObjectSizeLessThan?: number | undefined;
}

/** What a rule does to objects of a store that a store cannot bear. */
export interface LifecycleHarm {
  /** `rule "old"`, or `a rule without an ID`. */
  readonly rule: string;
  /** `expires objects below headrace/ after 30 days`. */
  readonly does: string;
  /** Whether it reaches results of runs alone, and nothing that a run reads. */
  readonly isOfResults: boolean;
}

/** What the rules of a bucket mean for a store in it. */
export interface LifecycleJudgement {
  readonly harms: readonly LifecycleHarm[];
  /** Whether a rule ends incomplete uploads of the whole store. */
  readonly endsUploads: boolean;
}

/** Classes whose objects have to be restored before they can be read. */
const archives: readonly string[] = ['GLACIER', 'DEEP_ARCHIVE'];

/**
 * Judges the rules of a bucket. Rules that are disabled, ask for tags (objects of a store have none), or are
 * for noncurrent versions and delete markers do no harm; those for a part of the sizes do.
 *
 * @param prefix - of the store: begins all its keys; empty, or with a slash at its end.
 */
export function judgeLifecycle(rules: readonly LifecycleRule[], prefix: string): LifecycleJudgement {
  const enabled = rules.filter((rule) => rule.Status === 'Enabled' && !asksForTags(rule));
  const near = enabled.filter((rule) => {
    const scope = prefixOf(rule);
    return prefix.startsWith(scope) || scope.startsWith(prefix);
  });
  return {
    harms: near.flatMap((rule) =>
      deedsOf(rule).map((deed) => ({
        rule: rule.ID === undefined || rule.ID === '' ? 'a rule without an ID' : `rule "${rule.ID}"`,
        does: `${deed.verb} ${scopeText(rule)} ${deed.when}`,
        isOfResults: prefixOf(rule).startsWith(`${prefix}runs/`),
      })),
    ),
    endsUploads: enabled.some(
      (rule) => rule.AbortIncompleteMultipartUpload !== undefined && prefix.startsWith(prefixOf(rule)),
    ),
  };
}

const prefixOf = ({ Prefix, Filter }: LifecycleRule): string =>
  Filter?.And?.Prefix ?? Filter?.Prefix ?? Prefix ?? '';

function asksForTags({ Filter }: LifecycleRule): boolean {
  return Filter?.Tag !== undefined || (Filter?.And?.Tags ?? []).length > 0;
}

function deedsOf({ Expiration, Transitions = [] }: LifecycleRule): { verb: string; when: string }[] {
  // Without either it is for delete markers alone.
  const isExpired = Expiration?.Days !== undefined || Expiration?.Date !== undefined;
  return [
    ...(isExpired ? [{ verb: 'expires', when: whenText(Expiration) }] : []),
    ...Transitions.flatMap((transition) =>
      archives.includes(transition.StorageClass ?? '')
        ? [{ verb: 'archives', when: `${whenText(transition)} (${transition.StorageClass})` }]
        : [],
    ),
  ];
}

function whenText({
  Days,
  Date: date,
}: {
  readonly Days?: number | undefined;
  readonly Date?: Date | undefined;
}): string {
  return date === undefined ? `after ${Days} days` : `from ${date.toISOString().slice(0, 10)} on`;
}

/** `objects below headrace/ of more than 1000 bytes`. */
function scopeText(rule: LifecycleRule): string {
  const { Filter } = rule;
  const more = Filter?.And?.ObjectSizeGreaterThan ?? Filter?.ObjectSizeGreaterThan;
  const less = Filter?.And?.ObjectSizeLessThan ?? Filter?.ObjectSizeLessThan;
  const sizes = [
    ...(more === undefined ? [] : [`more than ${more}`]),
    ...(less === undefined ? [] : [`less than ${less}`]),
  ];
  const prefix = prefixOf(rule);
  const where = prefix === '' ? 'all objects of the bucket' : `objects below ${prefix}`;
  return sizes.length === 0 ? where : `${where} of ${sizes.join(' and ')} bytes`;
}
