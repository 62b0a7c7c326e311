import { Refusal } from "../licensing/refusal.js";
import type { Store } from "../store/store.js";

/**
 * Guests open files and ask their owners, and nothing else is for them: what was not made for guests refuses them.
 * @throws Refusal access-denied.
 */
export async function refuseGuest({ guests }: Pick<Store, "guests">, subject: string): Promise<void> {
  if ((await guests.find(subject)) === null) return;
  throw new Refusal("access-denied", "guests open files that name them, and nothing else", {
    offers: ["switch-account"],
  });
}
