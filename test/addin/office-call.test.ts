import { afterEach, describe, expect, it, vi } from "vitest";
import { bytesOf } from "../../addin/office/file-bytes.js";
import { officeCall, officeRun } from "../../addin/office-call.js";
import { maxOfficeBytes } from "../../shared/format/office.js";

/** Callbacks that come late, twice, wrong or never. */

type Done<T> = (result: Office.AsyncResult<T>) => void;
const good = <T>(value: T) => ({ status: "succeeded", value }) as unknown as Office.AsyncResult<T>;
const bad = <T>(code: number) =>
  ({ status: "failed", error: { code, message: "no", name: "E" } }) as unknown as Office.AsyncResult<T>;
const codeOf = (promise: Promise<unknown>) => promise.then(String, (error) => error.code ?? error);

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a call to Office", () => {
  it("gives what Office gives, once", async () => {
    const twice = (done: Done<number>) => {
      done(good(1));
      done(good(2));
      done(bad(5));
    };
    expect(await officeCall(twice)).toBe(1);
  });

  it("tells Office's own number when it is refused, and when the call itself throws", async () => {
    const error = await officeCall((done: Done<number>) => done(bad(5001))).catch((refused) => refused);
    expect(error).toMatchObject({ code: "office-refused", cause: { code: 5001 } });
    const throwing = () => {
      throw new TypeError("no such method");
    };
    expect(await codeOf(officeCall(throwing))).toBe("office-refused");
    expect(await codeOf(officeRun(() => Promise.reject(new Error("GeneralException"))))).toBe("office-refused");
  });

  it("that is never answered ends, and what comes later is taken back", async () => {
    vi.useFakeTimers();
    const late = vi.fn();
    let answer: Done<string> = () => undefined;
    const call = officeCall<string>((done) => (answer = done), { withinMs: 1000, late });
    const ended = codeOf(call);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await ended).toBe("office-silent");
    answer(good("handle"));
    expect(late).toHaveBeenCalledWith("handle");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends when its person gives up, before and while it runs", async () => {
    const abort = new AbortController();
    const call = officeCall(() => undefined, { signal: abort.signal });
    abort.abort(new Error("given up"));
    await expect(call).rejects.toThrow("given up");
    const never = vi.fn();
    await expect(officeCall(never, { signal: abort.signal })).rejects.toThrow("given up");
    expect(never).not.toHaveBeenCalled();
  });
});

/** An Office whose file comes in `slices`; says how many files are open. */
function officeWith(slices: readonly (Uint8Array | number | "silent")[], file: Partial<Office.File> = {}) {
  const state = { open: 0 };
  const size = slices.reduce<number>((sum, slice) => sum + (slice instanceof Uint8Array ? slice.length : 0), 0);
  const given = {
    size,
    sliceCount: slices.length,
    getSliceAsync: (at: number, done: Done<Office.Slice>) => {
      const slice = slices[at]!;
      if (slice === "silent") return;
      if (typeof slice === "number") done(bad(slice));
      else done(good({ index: at, size: slice.length, data: slice }));
    },
    closeAsync: (done: Done<void>) => {
      state.open--;
      done(good(undefined));
    },
    ...file,
  };
  const getFileAsync = (_type: string, _options: object, done: Done<typeof given>) => {
    state.open++;
    done(good(given));
  };
  vi.stubGlobal("Office", {
    context: { document: { getFileAsync } },
    FileType: { Pdf: "pdf", Compressed: "compressed" },
  });
  return state;
}

const read = (signal = new AbortController().signal) => bytesOf("package", () => undefined, signal);
const piece = (...values: number[]) => Uint8Array.from(values);

describe("the document in slices", () => {
  it("is put together in order, and closed", async () => {
    const state = officeWith([piece(1, 2), piece(3)]);
    const blob = await read();
    expect([...new Uint8Array(await blob.arrayBuffer())]).toEqual([1, 2, 3]);
    expect(state.open).toBe(0);
  });

  it("counts how far it is", async () => {
    officeWith([piece(1, 2, 3), piece(4)]);
    const seen: number[] = [];
    await bytesOf("package", (share) => seen.push(share), new AbortController().signal);
    expect(seen).toEqual([0.75, 1]);
  });

  it.each([
    ["is refused half-way", [piece(1), 5001], {}, "office-refused"],
    ["is less than was said", [piece(1), piece(2)], { size: 3 }, "file-changed"],
    ["is more than was said", [piece(1), piece(2, 3)], { size: 2 }, "file-changed"],
    ["is nothing", [], {}, "file-changed"],
    ["is larger than 2 GiB", [piece(1)], { size: maxOfficeBytes + 1 }, "file-unsuitable"],
    ["has no size", [piece(1)], { size: Number.NaN }, "file-unsuitable"],
  ] as const)("that %s is an error, and closed all the same", async (_what, slices, file, code) => {
    const state = officeWith(slices, file);
    expect(await codeOf(read())).toBe(code);
    expect(state.open).toBe(0);
  });

  it("that comes in another order is not put together", async () => {
    const getSliceAsync = (at: number, done: Done<Office.Slice>) =>
      done(good({ index: 1 - at, size: 1, data: piece(at) }));
    const state = officeWith([piece(1), piece(2)], { getSliceAsync });
    expect(await codeOf(read())).toBe("file-changed");
    expect(state.open).toBe(0);
  });

  it("is closed when a slice never comes and the person gives up, or when closing fails", async () => {
    const abort = new AbortController();
    const state = officeWith([piece(1), "silent"]);
    const reading = read(abort.signal);
    await Promise.resolve();
    abort.abort(new Error("given up"));
    await expect(reading).rejects.toThrow("given up");
    expect(state.open).toBe(0);
    officeWith([piece(1)], { closeAsync: (done?: Done<void>) => done?.(bad(11001)) });
    expect((await read()).size).toBe(1);
  });

  it("that opens only after nobody waits for it any more is closed", async () => {
    vi.useFakeTimers();
    const state = officeWith([piece(1)]);
    const { getFileAsync } = Office.context.document;
    Object.assign(Office.context.document, {
      getFileAsync: (...args: Parameters<typeof getFileAsync>) =>
        setTimeout(() => getFileAsync.apply(null, args), 200_000),
    });
    const reading = codeOf(read());
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await reading).toBe("office-silent");
    await vi.advanceTimersByTimeAsync(80_000);
    expect(state.open).toBe(0);
  });
});
