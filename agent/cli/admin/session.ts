import type { AdminClient } from "../../../shared/protocol/admin-client.js";
import { openAccount } from "../../account.js";
import { openHome } from "../../home.js";

/** What administrators ask of the service they are signed in to. @throws RightsError `sign-in-needed`. */
export async function openAdmin(): Promise<AdminClient> {
  return (await openAccount(await openHome())).service.admin;
}

/** Every piece of a list, page by page. @param ask - the page behind `after`. */
export async function* everyPage<P extends { next: string | null }, T>(
  ask: (after: { after?: string }) => Promise<P>,
  itemsOf: (page: P) => readonly T[],
): AsyncGenerator<T> {
  for (let after: { after?: string } = {}; ; ) {
    const page = await ask(after);
    yield* itemsOf(page);
    if (page.next === null) return;
    after = { after: page.next };
  }
}
