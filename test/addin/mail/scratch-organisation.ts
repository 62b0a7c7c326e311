import type { Held, Holder } from "../../../addin/mail/holder.js";
import type { ReadersMay } from "../../../addin/mail/mail-label.js";
import { type MailCircumstances, type MailOrder, orderFor } from "../../../addin/mail/order.js";
import type { NamedFile, ProtectedCopy, ProtectJob, Protector } from "../../../addin/protector.js";
import { type Bytes, collect, streamOf, utf8 } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";
import type { Label } from "../../../shared/label.js";
import type { TemplatePolicy } from "../../../shared/template.js";
import { labelOf, tenant } from "../scratch-document.js";
import type { ScratchMailbox } from "./scratch-mailbox.js";

/** Licenses and protection without a service: what is protected says in its text who made it and what is in it. */

interface License {
  readonly label: string | null;
  readonly isOwn: boolean;
  policy: TemplatePolicy;
}

const sealed = /^sealed (\d+)\n(.*)\n([\s\S]*)\nend$/;

export const templateId = "00000000-0000-4000-8000-000000000009";
export const labels = {
  general: labelOf("1"),
  project: labelOf("2", { template: templateId }),
  recipients: labelOf("3", { parent: labelOf("4").id }),
};
export const template = {
  id: templateId,
  names: { en: "Project" },
  grants: [{ who: ["@contoso.example"], rights: ["VIEW"] }],
  expiry: { type: "never" as const },
  offlineDays: 7,
};
const nowMs = Date.UTC(2027, 0, 2);

const textOf = (bytes: Bytes): string => new TextDecoder().decode(bytes);

export class ScratchOrganisation implements Protector, Holder {
  readonly by = "page";
  readonly licenses: License[] = [];
  readonly withdrawn: number[] = [];
  readonly rescued: string[] = [];
  readonly stamped: (readonly string[])[] = [];
  isAway = false;
  /** The copy to look at that comes with each protected file. */
  pages: NamedFile | null = null;

  isReady = async (): Promise<boolean> => true;

  async protect(
    { name, content, label, policy }: ProtectJob,
    progress: (share: number) => void,
  ): Promise<ProtectedCopy> {
    this.#assertThere();
    progress(1);
    const { file, id } = this.seal(name, textOf(await collect(streamOf(content))), {
      label: label?.id ?? null,
      isOwn: true,
      policy,
    });
    const withdraw = async () => {
      this.withdrawn.push(id);
      return null;
    };
    return { name: `${name}.pfile`, content: utf8(file), pages: this.pages, withdraw };
  }

  /** A protected file, as somebody may have sent it. */
  seal(name: string, content: string, license: License): { readonly file: string; readonly id: number } {
    const id = this.licenses.push(license) - 1;
    return { file: `sealed ${id}\n${name}\n${content}\nend`, id };
  }

  async look(content: Bytes): Promise<Held | null> {
    const found = this.find(textOf(content));
    if (found === null) return null;
    this.#assertThere();
    const { license, id, name, clear } = found;
    const open = async () => ({ name, content: utf8(clear) });
    return { label: license.label, isOwn: license.isOwn, license: utf8(String(id)), open };
  }

  find(text: string) {
    const held = /id="sealed"[^>]*>\n([\s\S]*?)<\/script>/.exec(text)?.[1];
    const inner = held === undefined ? text : Buffer.from(held, "base64").toString();
    const [, id, name, clear] = sealed.exec(inner) ?? [];
    const license = this.licenses[Number(id ?? -1)];
    return license === undefined ? null : { license, id: Number(id), name: name!, clear: clear! };
  }

  licenseOf = async (content: Bytes): Promise<Bytes> => utf8(String(this.find(textOf(content))!.id));

  async regrant(license: Bytes, policy: TemplatePolicy): Promise<void> {
    this.#assertThere();
    this.licenses[Number(new TextDecoder().decode(license))]!.policy = policy;
  }

  /** What a person decides, and what it is done with. */
  orderFor(label: Label, more: Partial<MailOrder> = {}, may: ReadersMay = "Do Not Forward"): MailOrder {
    const policy = { labels: Object.values(labels), templates: [template], mandatory: false, mayPublish: true };
    const choice = { may, leavesPictures: false, reason: null };
    return { ...orderFor(label, choice, policy, { tenant, nowMs }), labelName: label.names.en!, ...more };
  }

  around(mail: ScratchMailbox, more: Partial<MailCircumstances> = {}): MailCircumstances {
    return {
      mail,
      protectors: [this],
      holder: this,
      page: null,
      stamp: async (label, digests) => {
        this.stamped.push(digests);
        return new Map([["x-stamp", `${label} ${digests.length}`]]);
      },
      licenses: new Map(),
      tell: () => undefined,
      rescue: ({ name }) => void this.rescued.push(name),
      signal: new AbortController().signal,
      ...more,
    };
  }

  #assertThere(): void {
    if (this.isAway) throw new RightsError("service-unreachable", "the service is away");
  }
}
