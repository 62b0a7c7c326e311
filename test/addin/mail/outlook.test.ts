import { describe, expect, it } from "vitest";
import { base64Of, bytesOfBase64 } from "../../../addin/office/base64.js";
import { contentOf, openMail, withoutPicture } from "../../../addin/office/outlook.js";
import { attachmentOf, headerOf, notesOf, recipientsOf } from "../../../addin/office/outlook-facts.js";

/** Outlook's calls as a port, over an item that is a few functions. */

type Callback = (result: object) => void;
const done = (value?: unknown) => (callback: Callback) => callback({ status: "succeeded", value });

describe("what Outlook says of a mail", () => {
  it("is taken as it is meant, whatever is missing or of another type", () => {
    expect(attachmentOf({ id: "1", name: "a.txt", size: 9, attachmentType: "file", isInline: false })).toEqual({
      id: "1",
      name: "a.txt",
      sizeBytes: 9,
      kind: "file",
      isInline: false,
    });
    expect(attachmentOf({ id: 2, attachmentType: "hologram" })).toMatchObject({ id: "2", name: "", kind: "cloud" });
    expect(recipientsOf([{ emailAddress: "a@x.example", recipientType: "externalUser" as never }, {}])).toMatchObject([
      { address: "a@x.example", isExternal: true },
      { address: "", isExternal: false },
    ]);
    expect(recipientsOf(undefined)).toEqual([]);
    expect([notesOf('{"a":"1"}').get("a"), notesOf({ a: 1 }).get("a"), notesOf(null).size, notesOf("").size]).toEqual([
      "1",
      "1",
      0,
      0,
    ]);
    expect([headerOf({ "X-Seal": "1" }, "x-seal"), headerOf({}, "x-seal"), headerOf(null, "x")]).toEqual([
      "1",
      null,
      null,
    ]);
  });

  it("comes in four forms, and in no other", () => {
    const file = contentOf({ content: "cXVpY2tzaWx2ZXI=", format: "base64" });
    expect(file.kind === "bytes" && Buffer.from(file.bytes).toString()).toBe("quicksilver");
    expect(contentOf({ content: "From: x", format: "eml" })).toMatchObject({ extension: ".eml" });
    expect(contentOf({ content: "BEGIN:VCALENDAR", format: "iCalendar" })).toMatchObject({ extension: ".ics" });
    expect(contentOf({ content: "https://x.example", format: "url" })).toEqual({ kind: "link" });
    for (const given of [{ content: "x", format: "tnef" }, { content: "%%%", format: "base64" }, {}])
      expect(() => contentOf(given)).toThrow(expect.objectContaining({ code: "office-refused" }));
  });
});

it("contents go to base64 and come from it, in lines too", () => {
  for (const size of [0, 1, 2, 3, 100_000]) {
    const bytes = Buffer.alloc(size, "quick");
    const text = base64Of(new Uint8Array(bytes));
    expect(text).toBe(bytes.toString("base64"));
    const inLines = text.replace(/.{76}/g, "$&\r\n");
    expect(Buffer.compare(Buffer.from(bytesOfBase64(inLines)), bytes)).toBe(0);
  }
});

it("what was attached is known when it comes back, and anything else is read", async () => {
  const held = new Map<string, string>();
  const item = {
    addFileAttachmentFromBase64Async(text: string, name: string, callback: Callback) {
      held.set(name, text);
      done(name)(callback);
    },
    getAttachmentContentAsync: (id: string, callback: Callback) =>
      done({ content: held.get(id), format: "base64" })(callback),
  };
  const mail = openMail(item as unknown as Office.MessageCompose);
  const given = new Uint8Array(Buffer.from("quicksilver"));
  const read = async (id: string) => {
    const content = await mail.content(attachmentOf({ id }));
    return content.kind === "bytes" ? content.bytes : null;
  };
  expect(await read(await mail.add("seen", given))).toBe(given);
  expect(await read("seen")).toEqual(given);
  const id = await mail.add("swapped", given);
  held.set(id, Buffer.from("quicksand").toString("base64"));
  expect(await read(id)).toEqual(new Uint8Array(Buffer.from("quicksand")));
});

describe("a picture in the text", () => {
  const name = "image001.png";

  it("is named where it stood, however the text refers to it, and no other is touched", () => {
    const html =
      '<p><IMG alt="x" src="cid:image001.png@01DA.B2"><img src=\'cid:image002.png@01\'><img src="https://x/y"></p>';
    expect(withoutPicture(html, "image001.png@01DA.B2", name)).toBe(
      `<p>[image001.png]<img src='cid:image002.png@01'><img src="https://x/y"></p>`,
    );
    expect(withoutPicture('<img originalsrc="cid:Image001.png">', name, name)).toBe("[image001.png]");
    expect(withoutPicture("<p>nothing</p>", name, name)).toBe("<p>nothing</p>");
  });

  it("leaves no markup that its name could bring along", () => {
    const evil = '"><script>x</script>.png';
    expect(withoutPicture('<img src="cid:a">', "a", evil)).not.toContain("<script");
  });

  it("is taken away besides where Outlook keeps it although the text names it no more", async () => {
    const removed: string[] = [];
    let html = '<img src="cid:pic@1">';
    const item = {
      to: {},
      cc: {},
      bcc: {},
      body: {
        getAsync: (_type: string, callback: Callback) => done(html)(callback),
        setAsync: (text: string, _options: object, callback: Callback) => {
          html = text;
          done()(callback);
        },
      },
      getAttachmentsAsync: done([
        { id: "7", name, contentId: "pic@1", attachmentType: "file", isInline: true, size: 1 },
      ]),
      removeAttachmentAsync: (id: string, callback: Callback) => {
        removed.push(id);
        done()(callback);
      },
    };
    const mail = openMail(item as never);
    const [attachment] = await mail.attachments();
    expect(await mail.takeOutOfText(attachment!)).toBe(true);
    expect([html, removed]).toEqual(["[image001.png]", ["7"]]);
    expect(await mail.takeOutOfText(attachment!)).toBe(false);
    expect(mail.canSend).toBe(false);
    expect(openMail({ ...item, sendAsync: () => undefined } as never).canSend).toBe(true);
  });
});

it("headers are set and taken away with the calls there are for each", async () => {
  const calls: unknown[] = [];
  const call = (name: string) => (what: unknown, callback: Callback) => {
    calls.push([name, what]);
    done()(callback);
  };
  const internetHeaders = { setAsync: call("set"), removeAsync: call("remove") };
  const mail = openMail({ to: {}, cc: {}, bcc: {}, internetHeaders } as never);
  await mail.setHeaders(
    new Map([
      ["x-a", "1"],
      ["x-b", null],
    ]),
  );
  await mail.setHeaders(new Map());
  expect(calls).toEqual([
    ["remove", ["x-b"]],
    ["set", { "x-a": "1" }],
  ]);
});
