import { sourceOf } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { firstReady, type NamedFile, type ProtectJob } from "../protector.js";
import { type Clear, clearOf } from "./clear.js";
import type { Attachment } from "./mail.js";
import type { MailCircumstances, MailOrder } from "./order.js";
import { readersOf } from "./record.js";

/** What is asked of whoever protects. @throws RightsError as `policyFor` does. */
export const jobOf = ({ name, content }: Clear, order: MailOrder, readers: readonly string[]): ProtectJob => ({
  name,
  content: sourceOf(content),
  form: "file",
  label: order.label,
  labelName: order.labelName,
  policy: order.policyFor(readers),
  reason: order.reason,
});

/**
 * For who sends: the protected file of an attachment beside which the mail has no room for it. They put it in its place
 * themselves; nothing in the mail is changed.
 * @throws RightsError what keeps it; what `signal` was aborted with.
 */
export async function protectedFile(
  attachment: Attachment,
  order: MailOrder,
  { mail, holder, protectors, tell, signal }: Omit<MailCircumstances, "rescue" | "licenses" | "page" | "stamp">,
): Promise<NamedFile> {
  tell(attachment, { at: "reading" });
  const content = await mail.content(attachment);
  if (content.kind === "link") throw new RightsError("file-changed", "an attachment became a link; look at it again");
  const held = await holder.look(content.bytes, attachment.name);
  const clear = held === null ? clearOf(attachment, content) : await held.open();
  const readers = order.demand === "recipients" ? readersOf(await mail.recipients()) : [];
  const protector = await firstReady(protectors);
  const progress = (share: number) => tell(attachment, { at: "protecting", share });
  return protector.protect(jobOf(clear, order, readers), progress, signal);
}
