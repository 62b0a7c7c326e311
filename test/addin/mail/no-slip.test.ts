import fc from "fast-check";
import { expect, it } from "vitest";
import { check } from "../../../addin/mail/check.js";
import { protectMail } from "../../../addin/mail/protect-attachments.js";
import { demandHeader, parseDemand, readersOf } from "../../../addin/mail/record.js";
import type { NamedFile } from "../../../addin/protector.js";
import type { Bytes } from "../../../shared/bytes.js";
import { times } from "../../scale.js";
import { type Fault, faults, ScratchMailbox } from "./scratch-mailbox.js";
import { labels, ScratchOrganisation } from "./scratch-organisation.js";

/**
 * Whatever its person does, whatever Outlook does and whenever the process ends: no clear attachment leaves under a label
 * that demands protection, nobody reads what is for others, and no attachment is lost. By a model: what was attached, and by
 * whom it may be read.
 */

const people = ["ada@x.example", "bob@x.example", "eve@y.example"];
const names = ["plan.docx", "notes.txt"];
const picture = "GIF89a";

/** What somebody at the mail does. `which` counts over what is attached. */
type Deed =
  | { readonly do: "attach"; readonly name: string; readonly kind: "file" | "item" | "cloud" | "inline" | "picture" }
  | { readonly do: "remove" | "swap"; readonly which: number }
  | { readonly do: "write-to"; readonly who: number }
  | { readonly do: "others"; readonly name: string }
  | { readonly do: "told" };

type Step =
  | Deed
  | { readonly do: "reopen" }
  | {
      readonly do: "protect";
      readonly label: keyof typeof labels;
      readonly faults: readonly (readonly [number, Fault])[];
      readonly endsAt: number | null;
      readonly meanwhile: readonly (readonly [number, Deed])[];
      readonly leavesPictures: boolean;
    };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    do: fc.constant("attach" as const),
    name: fc.constantFrom(...names),
    kind: fc.constantFrom(
      "file" as const,
      "file" as const,
      "item" as const,
      "cloud" as const,
      "inline" as const,
      "picture" as const,
    ),
  }),
  fc.record({ do: fc.constantFrom("remove" as const, "swap" as const), which: fc.nat(5) }),
  fc.record({ do: fc.constant("write-to" as const), who: fc.nat(2) }),
  fc.record({ do: fc.constant("others" as const), name: fc.constantFrom(...names) }),
  fc.constant({ do: "told" as const }),
);
const call = fc.nat(80);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: deed },
  { weight: 1, arbitrary: fc.constant({ do: "reopen" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("protect" as const),
      label: fc.constantFrom("project" as const, "recipients" as const, "recipients" as const, "general" as const),
      faults: fc.array(fc.tuple(call, fc.constantFrom(...faults)), { maxLength: 4 }),
      endsAt: fc.option(call, { freq: 3 }),
      meanwhile: fc.array(fc.tuple(call, deed), { maxLength: 3 }),
      leavesPictures: fc.boolean(),
    }),
  },
);
const mailbox = fc.record({ reusesIds: fc.boolean(), shuffles: fc.boolean(), tellsLate: fc.boolean() });

class World {
  readonly mail = new ScratchMailbox();
  readonly organisation = new ScratchOrganisation();
  readonly rescued: string[] = [];
  /** Contents that its person attached, and did not take away. */
  readonly wanted = new Set<string>();
  leftPictures = false;
  #isAtWork = false;
  #made = 0;

  constructor(how: { reusesIds: boolean; shuffles: boolean; tellsLate: boolean }) {
    Object.assign(this.mail, { reusesIds: how.reusesIds, shuffles: how.shuffles, untold: how.tellsLate ? [] : null });
  }

  /** What is in an attachment, clear or not. */
  contentOf = (text: string): string => this.organisation.find(text)?.clear ?? text;

  act(deed: Deed): void {
    if (deed.do === "attach") this.#attach(deed.name, deed.kind);
    else if (deed.do === "others") this.#attachOthers(deed.name);
    else if (deed.do === "write-to") this.#writeTo(people[deed.who]!);
    else if (deed.do === "told") this.mail.tellAll();
    else this.#takeAway(deed.which, deed.do === "swap");
  }

  #attachOthers(name: string): void {
    const policy = { grants: [], until: null, offlineDays: 0, template: null };
    this.mail.put(name, this.organisation.seal(name, this.#new(), { label: null, isOwn: false, policy }).file);
  }

  #writeTo(address: string): void {
    const others = this.mail.people.filter((one) => one.address !== address);
    const isNew = others.length === this.mail.people.length;
    this.mail.people = isNew ? [...others, { address, name: "", isExternal: false }] : others;
  }

  #new(front = "content "): string {
    const content = `${front}${this.#made++}`;
    this.wanted.add(content);
    return content;
  }

  #attach(name: string, kind: Extract<Deed, { do: "attach" }>["kind"]): void {
    const isInline = kind === "inline" || kind === "picture";
    const more = { kind: isInline ? "file" : kind, isInline } as const;
    this.mail.put(name, kind === "cloud" ? null : this.#new(kind === "picture" ? picture : undefined), more);
  }

  /** Or puts something in its place that Outlook lists just the same, under the same id where it uses ids again. */
  #takeAway(which: number, andPut: boolean): void {
    const { mail } = this;
    const item = mail.items[which % Math.max(1, mail.items.length)];
    if (item === undefined) return;
    mail.take(item.id);
    if (item.content !== null) this.wanted.delete(this.contentOf(item.content));
    if (!andPut || item.content === null) return;
    const content = `${this.#made++}`.padEnd(item.content.length, ".");
    // one that looks just the same, put there between two calls, nobody can tell from the one before: it may go as that
    if (!this.#isAtWork || !mail.reusesIds) this.wanted.add(content);
    mail.put(item.name, content, { isInline: item.isInline, ...(mail.reusesIds ? { id: item.id } : {}) });
  }

  async protect(step: Extract<Step, { do: "protect" }>): Promise<void> {
    const { mail, organisation, rescued } = this;
    mail.begin();
    mail.faults = new Map(step.faults);
    mail.endsAt = step.endsAt ?? Number.POSITIVE_INFINITY;
    mail.meanwhile = new Map(step.meanwhile.map(([at, deed]) => [at, () => this.act(deed)]));
    this.leftPictures ||= step.leavesPictures;
    const order = organisation.orderFor(labels[step.label], { leavesPictures: step.leavesPictures });
    const rescue = ({ content }: NamedFile) => void rescued.push(new TextDecoder().decode(content as Bytes));
    this.#isAtWork = true;
    const page = { service: "https://rms.x.example", organisation: "X" };
    await protectMail(order, organisation.around(mail, { rescue, page })).catch(() => undefined);
    this.#isAtWork = false;
  }

  /** A draft on another device: what was kept for its events stays behind. */
  reopen(): void {
    this.mail.begin();
    this.mail.kept.clear();
    this.mail.untold &&= [];
  }

  get mayLeave(): boolean {
    const { mail } = this;
    mail.tellAll(); // its events end before that of sending begins
    const header = mail.headers.get(demandHeader) ?? null;
    const attachments = mail.items.map(({ content, ...one }) => ({ ...one, sizeBytes: content?.length ?? 0 }));
    return check({ header, notes: mail.kept, attachments, readers: readersOf(mail.people) }).may;
  }

  assertNothingSlips(): void {
    const said = parseDemand(this.mail.headers.get(demandHeader) ?? "");
    if (!this.mayLeave || said === null || said.demand === "none") return;
    for (const { content, isInline } of this.mail.items) {
      if (isInline && content?.startsWith(picture) && this.leftPictures) continue;
      const license = this.organisation.find(content ?? "")?.license;
      expect(license, `leaves clear: ${content}`).toBeDefined();
      if (!license!.isOwn) continue;
      expect(license!.label).toBe(said.label);
      const readers = license!.policy.grants.flatMap(({ who }) => who).sort();
      if (said.demand === "recipients") expect(readers).toEqual(readersOf(this.mail.people));
    }
  }

  assertNothingLost(): void {
    const there = new Set(
      [...this.mail.items.map(({ content }) => content ?? ""), ...this.rescued].map(this.contentOf),
    );
    for (const content of this.wanted) expect(there, `lost: ${content}`).toContain(content);
  }
}

it("no clear attachment leaves under a label that demands protection, and none is lost, in any run", async () => {
  let [sent, held] = [0, 0];
  await fc.assert(
    fc.asyncProperty(mailbox, fc.array(step, { minLength: 2, maxLength: 14 }), async (how, steps) => {
      const world = new World(how);
      for (const one of steps) {
        if (one.do === "protect") await world.protect(one);
        else if (one.do === "reopen") world.reopen();
        else world.act(one);
        world.assertNothingSlips();
        world.assertNothingLost();
      }
      if (world.mayLeave) sent++;
      else held++;
    }),
    { numRuns: times(500) },
  );
  // a mail that never leaves proves nothing
  expect(sent).toBeGreaterThan(50);
  expect(held).toBeGreaterThan(50);
});
