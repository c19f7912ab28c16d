import { CancellationScope } from '@temporalio/workflow';

/**
 * Runs `work` for all items side by side; results in the order of `items`. The first failure cancels the
 * others, and is thrown once all have settled.
 */
export async function parallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const scope = new CancellationScope();
  const failures: unknown[] = [];
  const results = await scope.run(
    async () =>
      await Promise.all(
        items.map(async (item) => {
          try {
            return [await work(item)];
          } catch (error) {
            failures.push(error);
            scope.cancel();
            return [];
          }
        }),
      ),
  );
  if (failures.length > 0) throw failures[0];
  return results.flat();
}

/** Runs two works side by side. The first failure cancels the other, and is thrown once both have settled. */
export async function both<First, Second>(
  first: () => Promise<First>,
  second: () => Promise<Second>,
): Promise<readonly [First, Second]> {
  const works: readonly (() => Promise<First | Second>)[] = [first, second];
  // In the order of the works.
  return (await parallel(works, (work) => work())) as unknown as readonly [First, Second];
}
