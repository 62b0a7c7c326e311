import { RightsError } from "../shared/errors.js";

/** Where callbacks of Office end: each becomes a promise that is kept, broken, or given up after a while. */

/** What Office takes as long as usual; for more, callers say so. In ms. */
const usualMs = 30_000;

export interface CallOptions<T> {
  /** How long Office may take, in ms. */
  readonly withinMs?: number;
  /** Takes back what came after nobody waited for it any more, such as a file that is open now. */
  readonly late?: (value: T) => void;
  readonly signal?: AbortSignal;
}

/**
 * One call that answers by a callback.
 * @throws RightsError `office-silent` when no answer comes; `office-refused` with Office's own error as cause; what
 *   `signal` was aborted with.
 */
export function officeCall<T>(
  start: (done: (result: Office.AsyncResult<T>) => void) => void,
  { withinMs = usualMs, late, signal }: CallOptions<T> = {},
): Promise<T> {
  return limited<T>(
    (resolve, reject, isOver) => {
      start(({ status, value, error }) => {
        const succeeded = String(status) === "succeeded";
        if (succeeded && isOver()) late?.(value);
        else if (succeeded) resolve(value);
        else reject(refused(error));
      });
    },
    { withinMs, signal },
  );
}

/** The same for the calls that give promises: `Word.run` and its kin. @throws likewise. */
export const officeRun = <T>(run: () => Promise<T>, { withinMs = usualMs, signal }: CallOptions<T> = {}): Promise<T> =>
  limited<T>((resolve, reject) => run().then(resolve, (error) => reject(refused(error))), { withinMs, signal });

type Work<T> = (resolve: (value: T) => void, reject: (error: unknown) => void, isOver: () => boolean) => void;

function limited<T>(work: Work<T>, { withinMs, signal }: { withinMs: number; signal?: AbortSignal }): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let isOver = false;
    const once =
      <A>(settle: (value: A) => void) =>
      (value: A) => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        settle(value);
      };
    const [keep, fail] = [once(resolve), once(reject)];
    const abort = () => fail(signal?.reason);
    const timer = setTimeout(() => fail(silent()), withinMs);
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) return abort();
    try {
      work(keep, fail, () => isOver);
    } catch (error) {
      fail(refused(error));
    }
  });
}

const silent = (): RightsError => new RightsError("office-silent", "Office does not answer; try again, or restart it");

const refused = (cause: unknown): RightsError =>
  new RightsError("office-refused", "Office refused; the document is unchanged", { cause });
