import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeDemand, markOf, recordNote, toldNote } from "../../../addin/mail/record.js";
import { attachmentOf } from "../../../addin/office/outlook-facts.js";

/** The one file of events, as it is built, in an engine that has neither a page nor modules. */

const root = new URL("../../..", import.meta.url).pathname;
const label = "00000000-0000-4000-8000-000000000002";
let program: string;

beforeAll(async () => {
  const options = { bundle: true, write: false, format: "iife", platform: "neutral", target: "es2016" } as const;
  const built = await build({ ...options, minify: true, entryPoints: [`${root}/addin/send.ts`] });
  program = built.outputFiles[0]!.text;
});

interface Said {
  allowEvent?: boolean;
  errorMessage?: string;
  cancelLabel?: string;
  commandId?: string;
  contextData?: string;
}

type Attached = { id: string; name: string; size: number; attachmentType: string; isInline: boolean };
const attached = (name: string, id = name): Attached => ({
  id,
  name,
  size: 9,
  attachmentType: "file",
  isInline: false,
});
const kept = (one: Attached, more = {}) => ({
  mark: markOf(attachmentOf(one)),
  digest: "d",
  of: null,
  is: "own",
  told: 1,
  ...more,
});

/** Office as it is where events run, over a mail that is a few objects. */
class Runtime {
  attachments: Attached[] = [];
  headers: Record<string, string> = {};
  notes: Record<string, string> = {};
  people: Record<"to" | "cc" | "bcc", string[]> = { to: [], cc: [], bcc: [] };
  language = "en-US";
  /** Calls that are never answered, or refused. */
  silent: string[] = [];
  refusing: string[] = [];
  readonly shown = new Map<string, { message: string; actions?: object[] }>();
  readonly calls: string[] = [];
  readonly handlers: Record<string, (event: object) => void> = {};
  timers: (() => void)[] = [];

  /** @param front - what the service puts in front of the file. */
  constructor(front = "") {
    const call = (name: string, value: () => unknown) => (done: (result: object) => void) => {
      this.calls.push(name);
      if (this.silent.includes(name)) return;
      if (this.refusing.includes(name)) done({ status: "failed", error: { code: 5001 } });
      else done({ status: "succeeded", value: value() });
    };
    const line = (name: "to" | "cc" | "bcc") => ({
      getAsync: call(name, () => this.people[name].map((emailAddress) => ({ emailAddress, displayName: "" }))),
    });
    const item = {
      getAttachmentsAsync: call("attachments", () => this.attachments),
      internetHeaders: {
        getAsync: (_names: string[], done: (result: object) => void) => call("headers", () => this.headers)(done),
      },
      sessionData: {
        getAllAsync: call("notes", () => this.notes),
        setAsync: (key: string, value: string, done: (result: object) => void) =>
          call("setNote", () => Object.assign(this.notes, { [key]: value }))(done),
        clearAsync: call("clear", () => {
          this.notes = {};
        }),
      },
      to: line("to"),
      cc: line("cc"),
      bcc: line("bcc"),
      notificationMessages: {
        replaceAsync: (key: string, message: { message: string }, done: (result: object) => void) =>
          call("show", () => void this.shown.set(key, message))(done),
        removeAsync: (key: string, done: (result: object) => void) => call("hide", () => this.shown.delete(key))(done),
      },
    };
    const Office = {
      actions: {
        associate: (name: string, handler: (event: object) => void) =>
          void Object.assign(this.handlers, { [name]: handler }),
      },
      context: { mailbox: { item }, displayLanguage: "" },
    };
    Object.defineProperty(Office.context, "displayLanguage", { get: () => this.language });
    const setTimeout = (fire: () => void) => this.timers.push(fire);
    runInContext(front + program, createContext({ Office, setTimeout, clearTimeout: () => undefined }));
  }

  /** How often it ended, and what it said last. */
  async fire(handler: string, about: object = {}): Promise<Said> {
    const said: Said[] = [];
    this.handlers[handler]!({ ...about, completed: (what: Said = {}) => said.push(what) });
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    for (let at = 0; at < 12; at++) {
      await settled();
      if (said.length === 0 && at > 1) for (const fire of this.timers.splice(0)) fire();
    }
    expect(said).toHaveLength(1);
    return { ...said[0] };
  }

  demands(
    demand: "none" | "protected" | "recipients",
    attachments: object[] | null,
    readers: string[] | null = null,
  ): this {
    this.headers["X-Sealwright-Label"] = encodeDemand(label, demand);
    if (attachments !== null) this.notes[recordNote] = JSON.stringify({ v: 1, label, demand, readers, attachments });
    return this;
  }
}

const runtime = (attachments: Attached[] = []) => Object.assign(new Runtime(), { attachments });

describe("the file of events", () => {
  it("is one program of ES2016, without modules, a page, storage or a network", async () => {
    expect(program).not.toMatch(/\b(import|export|require|async|await)\b/);
    expect(program).not.toMatch(/\b(window|document|localStorage|fetch|WebSocket|XMLHttpRequest|crypto|URL)\b\s*[.(]/);
    expect(program.length).toBeLessThan(12_000);
    const served = readFileSync(`${root}/dist/viewer/addin-events.js`, "utf8");
    const again = new Runtime();
    expect(Object.keys(again.handlers).sort()).toEqual(eventNames);
    for (const name of eventNames) expect(served).toContain(name);
  });
});

const eventNames = [
  "onMessageAttachmentsChanged",
  "onMessageRecipientsChanged",
  "onMessageSend",
  "onNewMessageCompose",
];

describe("sending", () => {
  it("lets go what has no label, one that demands nothing, nothing attached, or all of it protected", async () => {
    const plan = attached("plan.docx");
    expect(await runtime([plan]).fire("onMessageSend")).toEqual({ allowEvent: true });
    expect(await runtime([plan]).demands("none", null).fire("onMessageSend")).toEqual({ allowEvent: true });
    expect(await runtime().demands("protected", null).fire("onMessageSend")).toEqual({ allowEvent: true });
    const all = runtime([plan]).demands("protected", [kept(plan)]);
    expect(await all.fire("onMessageSend")).toEqual({ allowEvent: true });
    expect(all.calls.sort()).toEqual(["attachments", "headers", "notes"]);
  });

  it("holds back what has no label, where every mail must have one; not one that is labelled, with whatever", async () => {
    const front = "var sealwrightNeedsLabel=true;";
    const plain = new Runtime(front);
    plain.language = "de-DE";
    const said = await plain.fire("onMessageSend");
    expect(said).toMatchObject({ allowEvent: false, cancelLabel: "Bezeichnen", commandId: "Mail.Compose.Protect" });
    expect(said.errorMessage).toContain("Ihre Organisation will auf jeder Mail eine Bezeichnung");
    expect(JSON.parse(said.contextData!)).toEqual({ finish: true });
    expect(await new Runtime(front).demands("none", null).fire("onMessageSend")).toEqual({ allowEvent: true });
    await plain.fire("onNewMessageCompose");
    expect(plain.shown.size).toBe(0); // nobody is reminded before it is to leave
    expect(await new Runtime("var sealwrightNeedsLabel=false;").fire("onMessageSend")).toEqual({ allowEvent: true });
  });

  it("holds back what is not protected, names it, and offers the pane that finishes it", async () => {
    const [plan, budget] = [attached("plan.docx"), attached("budget.xlsx")];
    const said = await runtime([plan, budget]).demands("protected", []).fire("onMessageSend");
    expect(said).toEqual({
      allowEvent: false,
      errorMessage:
        '2 attachments are not protected yet (plan.docx, budget.xlsx). "Protect now" opens the pane, where one click finishes and sends.',
      cancelLabel: "Protect now",
      commandId: "Mail.Compose.Protect",
      contextData: '{"finish":true}',
    });
  });

  it("says so in German, and in no more characters than Outlook shows", async () => {
    const many = Array.from({ length: 40 }, (_, at) => attached(`${"ü".repeat(90)}${at}.docx`));
    for (const language of ["de-AT", "en-GB"]) {
      const office = Object.assign(runtime(many).demands("protected", []), { language });
      const { errorMessage, cancelLabel } = await office.fire("onMessageSend");
      expect(errorMessage!.length).toBeLessThanOrEqual(500);
      expect(errorMessage).toMatch(/…\)\./);
      expect(cancelLabel!.length).toBeLessThanOrEqual(20);
      await office.fire("onNewMessageCompose");
      expect(office.shown.get("sealwright")!.message.length).toBeLessThanOrEqual(150);
    }
    const german = Object.assign(runtime(many.slice(0, 1)).demands("protected", []), { language: "de" });
    expect((await german.fire("onMessageSend")).errorMessage).toContain("Eine Anlage ist noch nicht geschützt");
  });

  it("compares recipients in all three lines, in whatever order and case, where they are who reads", async () => {
    const plan = attached("plan.docx");
    const office = runtime([plan]).demands("recipients", [kept(plan)], ["ada@x.example", "bob@x.example"]);
    office.people = { to: ["Bob@x.example"], cc: [], bcc: ["ada@x.example"] };
    expect(await office.fire("onMessageSend")).toEqual({ allowEvent: true });
    office.people.cc = ["eve@y.example"];
    expect((await office.fire("onMessageSend")).errorMessage).toContain("recipients have changed");
    office.people = { to: ["ada@x.example"], cc: [], bcc: [] };
    expect((await office.fire("onMessageSend")).allowEvent).toBe(false);
    const theirs = runtime([plan]).demands("recipients", [kept(plan, { is: "others" })], null);
    theirs.people.to = ["eve@y.example"];
    expect(await theirs.fire("onMessageSend")).toEqual({ allowEvent: true });
  });

  it("holds back a draft that comes from another device: its header says what it wants, and nothing says it is so", async () => {
    const office = runtime([attached("plan.docx")]).demands("protected", null);
    expect((await office.fire("onMessageSend")).allowEvent).toBe(false);
  });

  it("holds back a mail whose label was changed after it was protected, or whose record is of another one", async () => {
    const plan = attached("plan.docx");
    const office = runtime([plan]).demands("protected", [kept(plan)]);
    office.headers["X-Sealwright-Label"] = encodeDemand(label.replace("2", "3"), "protected");
    expect((await office.fire("onMessageSend")).allowEvent).toBe(false);
    office.headers = {};
    expect(await office.fire("onMessageSend")).toEqual({ allowEvent: true });
    office.notes[recordNote] = "{ damaged";
    office.demands("protected", null);
    expect((await office.fire("onMessageSend")).allowEvent).toBe(false);
  });

  it.each(["attachments", "headers", "notes", "to", "cc", "bcc"])(
    "holds back what is not known, because %s is not told",
    async (what) => {
      for (const how of ["silent", "refusing"] as const) {
        const plan = attached("plan.docx");
        const office = runtime([plan]).demands("recipients", [kept(plan)], []);
        office[how] = [what];
        const said = await office.fire("onMessageSend");
        expect(said.allowEvent).toBe(false);
        expect(said.errorMessage).toContain("Outlook does not say");
      }
    },
  );
});

describe("while it is written", () => {
  it("what is not protected yet is said, with a way to the pane, and no more once it is", async () => {
    const plan = attached("plan.docx");
    const office = runtime([plan]).demands("protected", []);
    await office.fire("onNewMessageCompose");
    const { actions } = office.shown.get("sealwright")!;
    expect(actions).toMatchObject([{ actionType: "showTaskPane", commandId: "Mail.Compose.Protect" }]);
    office.demands("protected", [kept(plan)]);
    await office.fire("onMessageRecipientsChanged");
    expect(office.shown.size).toBe(0);
  });

  it("what comes and goes is counted: one that looks the same under the same id is another one", async () => {
    const plan = attached("plan.docx");
    const office = runtime([plan]).demands("protected", [kept(plan)]);
    await office.fire("onMessageAttachmentsChanged", { attachmentDetails: plan, attachmentStatus: "added" });
    expect(await office.fire("onMessageSend")).toEqual({ allowEvent: true });
    for (const attachmentStatus of ["removed", "added"])
      await office.fire("onMessageAttachmentsChanged", { attachmentDetails: plan, attachmentStatus });
    expect(office.notes[toldNote(markOf(attachmentOf(plan)))]).toBe("3");
    expect((await office.fire("onMessageSend")).allowEvent).toBe(false);
  });

  it("and changes no attachment, so that what the add-in does itself starts nothing", async () => {
    const plan = attached("plan.docx");
    const office = runtime([plan]).demands("protected", []);
    await office.fire("onMessageAttachmentsChanged", { attachmentDetails: plan, attachmentStatus: "added" });
    expect([...new Set(office.calls)].sort()).toEqual(["attachments", "headers", "notes", "setNote", "show"]);
  });

  it("where nothing can be counted, nothing counts as looked at", async () => {
    const plan = attached("plan.docx");
    const office = runtime([plan]).demands("protected", [kept(plan)]);
    office.refusing = ["setNote"];
    await office.fire("onMessageAttachmentsChanged", { attachmentDetails: plan, attachmentStatus: "added" });
    expect((await office.fire("onMessageSend")).allowEvent).toBe(false);
  });

  it("every event ends, once, whatever Outlook does not answer", async () => {
    for (const handler of ["onMessageAttachmentsChanged", "onMessageRecipientsChanged", "onNewMessageCompose"]) {
      const office = runtime([attached("plan.docx")]).demands("protected", []);
      office.silent = ["notes", "setNote", "show", "clear", "headers"];
      expect(await office.fire(handler, { attachmentDetails: attached("plan.docx") })).toEqual({});
    }
  });
});
