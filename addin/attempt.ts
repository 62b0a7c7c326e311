import { RightsError } from "../shared/errors.js";

/** What a person began last: beginning something else gives up what was under way. */
export class Attempt {
  #last = new AbortController();

  /** Of what was begun last; aborted once it is given up. */
  get signal(): AbortSignal {
    return this.#last.signal;
  }

  begin(): AbortSignal {
    this.#last.abort(new RightsError("busy", "this was given up for something else"));
    this.#last = new AbortController();
    return this.signal;
  }
}
