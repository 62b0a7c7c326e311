import * as z from "zod";
import { normalizeAddress } from "../address.js";
import { isId } from "../ids.js";

/** An address, in the one spelling, however it was written. */
export const address = z
  .string()
  .max(320)
  .transform((text, context) => {
    try {
      return normalizeAddress(text);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : "no address");
      return z.NEVER;
    }
  });

/** A person by id or by any of their addresses, or a group by its address. */
export const who = z.string().refine(isId).or(address);
