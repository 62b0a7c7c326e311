import { codeOf, RightsError } from "../../shared/errors.js";

/** An error as a page hears it: its code, and a sentence that holds neither content nor what went on inside. */
export const failureOf = (error: unknown): { code: string; message: string } => ({
  code: codeOf(error),
  message: error instanceof RightsError ? error.message : "something went wrong inside the agent",
});
