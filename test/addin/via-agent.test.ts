import { describe, expect, it } from "vitest";
import { blobOf } from "../../addin/file-content.js";
import type { Client } from "../../addin/nearby-agent.js";
import { NearbyAgent } from "../../addin/nearby-agent.js";
import { noPermissions, type Permissions, policyFrom } from "../../addin/permissions.js";
import type { ProtectJob } from "../../addin/protector.js";
import { ViaAgent } from "../../addin/via-agent.js";
import { choosePolicy } from "../../agent/chosen-policy.js";
import type { AgentState, JobOptions, Result } from "../../browser/agent-client.js";
import { sourceOf, utf8 } from "../../shared/bytes.js";
import { codeOf, RightsError } from "../../shared/errors.js";
import type { TemplatePolicy } from "../../shared/template.js";
import { labelOf, tenant } from "./scratch-document.js";

/** Protecting by the agent, over one that does what a test wants. */

const nowMs = Date.UTC(2027, 0, 2);
const contentId = "7e2f0d5c-3c55-4c60-8a0b-0c8e0f3f2a11";
const made: Result = {
  files: [
    { name: "plan.docx", role: "document", content: new Blob(["sealed"]) },
    { name: "plan.ppdf", role: "copy", content: new Blob(["pages"]) },
  ],
  report: null,
  path: null,
  contentId,
  notes: [],
};
const who = {
  name: "Ada Lovelace",
  address: "ada@contoso.example",
  organisation: "Contoso",
  tenant,
  service: "https://rms.contoso.example",
  viewer: null,
  mayProtect: true,
};

/** @param work - what protecting does. */
function scratchAgent(
  work: (options: JobOptions) => Promise<Result> = async () => made,
  state: AgentState = "connected",
) {
  const asked: unknown[] = [];
  const client: Client = {
    state: async () => state,
    whoami: async () => who,
    labels: async () => ({ labels: [], templates: [], mandatory: true, mayProtect: false, isKept: false }),
    findPeople: async () => [],
    showCode: async () => undefined,
    pair: async () => undefined,
    forget: async () => undefined,
    protect: async (_content, wish, options = {}) => {
      asked.push(wish);
      return work(options);
    },
    protectPath: async (wish, options = {}) => {
      asked.push(wish);
      return work(options);
    },
    withdraw: async (id) => `withdrawn ${id}`,
  };
  return { client, asked, agent: new ViaAgent(client, async () => true) };
}

const template = "00000000-0000-4000-8000-000000000009";
const policy: TemplatePolicy = { grants: [], until: null, offlineDays: 7, template };
const job = (more: Partial<ProtectJob> = {}): ProtectJob => ({
  name: "plan.docx",
  form: "package",
  content: sourceOf(utf8("PK")),
  label: labelOf("1", { template }),
  labelName: "Label 1",
  policy,
  reason: null,
  ...more,
});
const none = () => undefined;
const never = new AbortController().signal;

describe("what the agent is asked for", () => {
  it("is the label, and why a more sensitive one went", async () => {
    const { agent, asked } = scratchAgent();
    await agent.protect(job({ reason: "it is public now" }), none, never);
    await agent.protect(job({ form: "pdf", label: null }), none, never);
    expect(asked).toEqual([
      { name: "plan.docx", wanted: { label: labelOf("1").id }, justification: "it is public now" },
      { name: "plan.pdf", wanted: { template } },
    ]);
  });

  it.each<[string, Partial<Permissions>]>([
    ["roles and single rights", { until: "2027-03-01", offlineDays: -1 }],
    ["a policy by its name", { named: "Do Not Forward", offlineDays: 0 }],
    ["another", { named: "Encrypt-Only" }],
  ])("is a person's own permissions, exactly: %s", async (_what, more) => {
    const { agent, asked } = scratchAgent();
    const people = [
      { who: "bob@contoso.example", role: "Co-author", rights: [] },
      { who: "@fabrikam.example", role: "", rights: ["PRINT"] },
    ] as const;
    const own = policyFrom({ ...noPermissions, people, ...more }, nowMs) as TemplatePolicy;
    await agent.protect(job({ policy: own, label: null }), none, never);
    const { wanted } = asked[0] as { wanted: Parameters<typeof choosePolicy>[1] };
    expect(choosePolicy(null, wanted, nowMs).policy).toEqual(own);
  });
});

describe("what comes of it", () => {
  it("is the document, its copy to look at, and the means to withdraw them", async () => {
    const { agent } = scratchAgent();
    const copy = await agent.protect(job(), none, never);
    expect([copy.name, await blobOf(copy.content).text(), copy.pages?.name]).toEqual([
      "plan.docx",
      "sealed",
      "plan.ppdf",
    ]);
    expect(await copy.withdraw()).toBe(`withdrawn ${contentId}`);
  });

  it("of a file is told as soon as it waits; it can be given up until it is made", async () => {
    let aborted = false;
    const { agent } = scratchAgent(
      ({ progress, signal }) =>
        new Promise((_resolve, reject) => {
          setTimeout(() => progress?.(0, "waiting"));
          signal?.addEventListener("abort", () => {
            aborted = true;
            reject(new RightsError("cancelled", "this was cancelled"));
          });
        }),
    );
    const file = await agent.protectFile("/plans/plan.docx", job(), never);
    expect(file.name).toBe("plan.docx");
    const outcome = file.made.catch(codeOf);
    await file.cancel();
    expect([aborted, await outcome]).toEqual([true, "cancelled"]);
  });

  it("of a file that is none of the person's is the reason, and of giving up what was given up for", async () => {
    const refusing = scratchAgent(() => Promise.reject(new RightsError("path-refused", "no")));
    expect(await refusing.agent.protectFile("/etc/passwd", job(), never).catch(codeOf)).toBe("path-refused");
    const silent = scratchAgent(() => new Promise(() => undefined));
    const abort = new AbortController();
    const waiting = silent.agent.protect(job(), none, abort.signal);
    abort.abort("given up");
    expect(await waiting.catch(String)).toBe("given up");
  });
});

describe("whose agent it is", () => {
  it.each([
    ["the person's of this pane", who.address, "https://rms.contoso.example", "connected"],
    ["anybody's while nobody is signed in here", null, "https://rms.contoso.example", "connected"],
    ["somebody else's", "bob@contoso.example", "https://rms.contoso.example", "other-person"],
    ["another service's", who.address, "https://rms.fabrikam.example", "other-service"],
  ] as const)("%s", async (_what, address, service, standing) => {
    const { client } = scratchAgent();
    const nearby = new NearbyAgent(client, service);
    expect((await nearby.look(address)).standing).toBe(standing);
    expect(await nearby.protectorFor(address ?? who.address).isReady()).toBe(standing === "connected");
  });

  it("is not asked where it is not connected, and its labels are its person's", async () => {
    const { client } = scratchAgent(undefined, "browser-refused");
    const nearby = new NearbyAgent(client, who.service);
    expect(await nearby.look(null)).toEqual({ standing: "browser-refused", who: null });
    expect(await nearby.session(who).policy()).toMatchObject({ mandatory: true, mayPublish: false });
  });
});
