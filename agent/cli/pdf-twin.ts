import { codeOf } from "../../shared/errors.js";
import { openRightsData } from "../../shared/license/publishing-license.js";
import type { GrantedUse } from "../consume-license.js";
import { type Document, withDocument } from "../document.js";
import { copyPathsFor } from "../work/pdf-copy.js";
import { accessTo } from "./read.js";
import type { Session } from "./session.js";

const policyOf = ({ verified, contentKey }: GrantedUse) => openRightsData(verified.license, contentKey);

/**
 * Runs `use` on the copy to look at of a protected document, where one lies beside it: a copy says that it is one, and of which
 * family. @returns whether there is one that may be opened.
 */
export async function withPdfTwin(
  { path }: Pick<Document, "path">,
  granted: GrantedUse,
  session: Session,
  use: (twin: Document, granted: GrantedUse) => Promise<void>,
): Promise<boolean> {
  const { family } = await policyOf(granted);
  for (const place of copyPathsFor(path)) {
    const found = await tryOpen(place, async (twin) => {
      const access = await accessTo(session, twin);
      const policy = await policyOf(access);
      if (policy.family !== family || policy.parent === undefined) return false;
      await use(twin, access);
      return true;
    });
    if (found) return true;
  }
  return false;
}

/** What lies there may be anything, or nothing. */
async function tryOpen(path: string, use: (twin: Document) => Promise<boolean>): Promise<boolean> {
  try {
    return await withDocument(path, use);
  } catch (error) {
    if (["file-missing", "file-unsuitable", "not-protected", "access-denied"].includes(codeOf(error))) return false;
    throw error;
  }
}
