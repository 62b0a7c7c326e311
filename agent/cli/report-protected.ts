import { extname } from "node:path";
import type { Published } from "../../shared/protect.js";
import type { Account } from "../account.js";
import type { Choice } from "../chosen-policy.js";
import type { FileReport } from "./report.js";

/** What is said of a file just protected: whoever did has every right, and asks for a license like everybody. */
export function reportOn(
  { path, published }: { path: string; published: Published },
  { policy, labelName }: Choice,
  { info }: Account,
): FileReport {
  return {
    path,
    state: "protected",
    format: extname(path).slice(1),
    label: labelName,
    organisation: info.organisation,
    owner: info.address,
    contentId: published.contentId,
    edition: 1,
    rights: ["OWNER"],
    expires: policy.until,
  };
}
