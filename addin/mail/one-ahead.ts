/**
 * Prepares each of `items` while the one before it is finished. The first failure of either ends it, when what was begun is over;
 * what was prepared in vain is dropped.
 */
export async function oneAhead<Item, Step>(
  items: Iterable<Item>,
  prepare: (item: Item) => Promise<Step>,
  finish: (step: Step) => Promise<void>,
  drop: (step: Step) => Promise<void>,
): Promise<void> {
  let finishing = Promise.resolve();
  try {
    for (const item of items) {
      const step = await prepare(item);
      await finishing.catch(async (error) => {
        await drop(step);
        throw error;
      });
      finishing = finish(step);
      finishing.catch(() => undefined); // looked at in the next turn, or at the end
    }
  } finally {
    await finishing.catch(() => undefined);
  }
  await finishing;
}
