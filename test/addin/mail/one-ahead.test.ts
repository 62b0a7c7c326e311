import { expect, it } from "vitest";
import { oneAhead } from "../../../addin/mail/one-ahead.js";

const items = [1, 2, 3];

/** What is done, in the order in which it is begun and over; each waits until all others had a turn. */
function noted(failing = "") {
  const notes: string[] = [];
  const work = (what: string) => async (item: number) => {
    const name = `${what} ${item}`;
    notes.push(name);
    await new Promise((resolve) => setTimeout(resolve, what === "finish" ? 10 : 1));
    if (name === failing) throw new Error(failing);
    notes.push(`${name} is over`);
    return item;
  };
  const run = () =>
    oneAhead(
      items,
      work("prepare"),
      (item) => work("finish")(item).then(() => undefined),
      (item) => work("drop")(item).then(() => undefined),
    );
  return { notes, run };
}

const beginnings = (notes: readonly string[]): string[] => notes.filter((note) => !note.endsWith("over"));

it("prepares each while the one before it is finished, and no further ahead", async () => {
  const { notes, run } = noted();
  await run();
  expect(beginnings(notes)).toEqual(["prepare 1", "finish 1", "prepare 2", "finish 2", "prepare 3", "finish 3"]);
  expect(notes.indexOf("finish 1 is over")).toBeGreaterThan(notes.indexOf("prepare 2 is over"));
  expect(notes.indexOf("prepare 3")).toBeGreaterThan(notes.indexOf("finish 1 is over"));
  expect(notes.at(-1)).toBe("finish 3 is over");
});

it("ends with what could not be finished, and drops what was prepared in vain", async () => {
  const { notes, run } = noted("finish 1");
  await expect(run()).rejects.toThrow("finish 1");
  expect(beginnings(notes)).toEqual(["prepare 1", "finish 1", "prepare 2", "drop 2"]);
});

it("ends with what could not be prepared, once what was begun is over", async () => {
  const { notes, run } = noted("prepare 2");
  await expect(run()).rejects.toThrow("prepare 2");
  expect(notes.at(-1)).toBe("finish 1 is over");
});

it("says that the last could not be finished", async () => {
  await expect(noted("finish 3").run()).rejects.toThrow("finish 3");
});
