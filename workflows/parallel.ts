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
