import type { PageAccount } from "../../browser/page-account.js";
import { type OpenedDocument, openDocument, readDocument } from "../../browser/protected-document.js";
import { type Bytes, collect, sourceOf } from "../../shared/bytes.js";
import { codeOf } from "../../shared/errors.js";
import { clearName } from "../../shared/format/kind.js";
import { newId } from "../../shared/ids.js";
import type { TenantTrust } from "../../shared/license/trust.js";
import { readProtected } from "../../shared/protect.js";
import { holds } from "../../shared/rights.js";
import type { TemplatePolicy } from "../../shared/template.js";
import type { Clear } from "./clear.js";

/** Protected attachments, in the hands of who is signed in. */
export interface Holder {
  /** `null` for what is not protected, whatever its name. @throws RightsError of the service. */
  look(content: Bytes, name: string): Promise<Held | null>;
  /** The license in a protected file, to ask for another policy by. */
  licenseOf(content: Bytes): Promise<Bytes>;
  /** Gives the document of a license this policy, in all its copies. @throws RightsError of the service. */
  regrant(license: Bytes, policy: TemplatePolicy): Promise<void>;
}

/** A protected attachment. */
export interface Held {
  readonly label: string | null;
  readonly license: Bytes;
  /** Whether the person may say who reads it. */
  readonly isOwn: boolean;
  /** Its clear content, for who owns it. */
  open(): Promise<Clear>;
}

/** Somebody else who changes the policy at the same time is let in first, so many times. */
const maxTries = 5;
const strange: readonly string[] = ["license-untrusted", "license-unsupported", "license-invalid"];
const refusals: readonly string[] = ["access-denied", "access-expired", "access-revoked", ...strange];
const unlike: readonly string[] = ["not-protected", "pfile-malformed", "license-malformed", "sealed-page-malformed"];

/** With the keys of this page and the service they were certified by. */
export class PageHolder implements Holder {
  readonly #account: PageAccount;
  readonly #trust: TenantTrust;

  constructor(account: PageAccount, trust: TenantTrust) {
    this.#account = account;
    this.#trust = trust;
  }

  async look(content: Bytes, name: string): Promise<Held | null> {
    const document = await readDocument(sourceOf(content), name).catch((error) => {
      if (unlike.includes(codeOf(error))) return null;
      throw error;
    });
    if (document === null) return null;
    const { label } = document.license;
    const { license } = document.file;
    const opened = await openDocument(document, this.#account, this.#trust).catch((error) => {
      if (refusals.includes(codeOf(error))) return null;
      throw error;
    });
    const isOwn = opened !== null && holds(opened.use.rights, "OWNER");
    return { label, license, isOwn, open: () => clear(document.name, opened!) };
  }

  licenseOf = async (content: Bytes): Promise<Bytes> => (await readProtected(sourceOf(content))).license;

  async regrant(license: Bytes, { grants, until, offlineDays }: TemplatePolicy): Promise<void> {
    const { service } = this.#account;
    for (let tries = 1; ; tries++) {
      const { version } = await service.documentPolicy(license);
      try {
        await service.amend({ license, id: newId(), base: version, grants, until, offlineDays });
        return;
      } catch (error) {
        if (codeOf(error) !== "policy-changed" || tries === maxTries) throw error;
      }
    }
  }
}

const clear = async (name: string, { use, content }: OpenedDocument): Promise<Clear> => ({
  name: clearName(name, use.terms.ext),
  content: await collect(content.all()),
});
