import { setTimeout as pause } from "node:timers/promises";
import { normalizeAddress } from "../../../shared/address.js";
import { codeOf, RightsError } from "../../../shared/errors.js";
import { isId } from "../../../shared/ids.js";
import type { AdminClient } from "../../../shared/protocol/admin-client.js";
import { AuditFilter, type AuditListing, type AuditPage, maxAuditPage } from "../../../shared/protocol/audit-api.js";
import { parseMessage } from "../../../shared/protocol/service-api.js";
import { timeFrom } from "../time.js";

/** Which records, as options of a command say it. */
export interface AuditChoice {
  since?: string;
  until?: string;
  contentId?: string;
  who?: string;
  action?: string;
  result?: string;
}

/** @throws RightsError `usage`, `address-malformed`. */
export function filterFrom({ since, until, contentId, who, action, result }: AuditChoice): AuditFilter {
  if (contentId !== undefined && !isId(contentId))
    throw new RightsError("usage", "--content-id takes an id as seal status --json prints it");
  const filter = {
    ...(since === undefined ? {} : { since: timeFrom(since) }),
    ...(until === undefined ? {} : { until: timeFrom(until) }),
    ...(contentId === undefined ? {} : { contentId }),
    ...(who === undefined ? {} : { who: isId(who) ? who : normalizeAddress(who) }),
    ...(action === undefined ? {} : { action }),
    ...(result === undefined ? {} : { result }),
  };
  return parseMessage(AuditFilter, filter, "usage");
}

type Asked = AuditFilter & Pick<AuditListing, "order" | "purpose"> & { after?: number | undefined };

/** A service that is asked too much is asked again, so many times a page, after a moment each. */
const maxTries = 60;
const momentMs = 1000;

/** Page by page, until there are no more. @param left - how many records are still wanted; ends at 0. */
export async function* pagesOf(admin: AdminClient, asked: Asked, left: () => number): AsyncGenerator<AuditPage> {
  for (let after = asked.after; left() > 0; ) {
    const limit = Math.min(left(), maxAuditPage);
    const page = await patiently(() => admin.listAudit({ ...asked, after, limit }));
    yield page;
    if (page.next === null) return;
    after = page.next;
  }
}

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (codeOf(error) !== "rate-limited" || tries === maxTries) throw error;
      await pause(momentMs);
    }
  }
}
