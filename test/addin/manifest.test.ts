import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { validateXML } from "xmllint-wasm";
import { developmentHost, documentManifest, iconSizes, mailManifest, manifestVersion } from "../../addin/manifest.js";
import {
  addInPath,
  mailEventsPath,
  mailEventsScriptPath,
  mailPanePath,
  taskPanePath,
} from "../../shared/protocol/page-api.js";

/** The manifest against the schemas of Office, and against what they do not say. */

const root = new URL("../..", import.meta.url).pathname;
const schemas = join(root, "test/vectors/office-manifest");
const company = "https://rms.contoso.example";

/** What the schemas refuse. */
async function refused(xml: string): Promise<string[]> {
  const file = (fileName: string) => ({ fileName, contents: readFileSync(join(schemas, fileName), "utf8") });
  const main = "OfficeAppManifestV1_1.xsd";
  const others = readdirSync(schemas).filter((name) => name.endsWith(".xsd") && name !== main);
  const xmlFile = { fileName: "manifest.xml", contents: xml };
  const { errors } = await validateXML({ xml: [xmlFile], schema: [file(main)], preload: others.map(file) });
  return errors.map(({ message }) => message);
}

const all = (xml: string, pattern: RegExp) => [...xml.matchAll(pattern)].map(([, found]) => found!);

/** What is wrong that the schemas let pass; a version of a mail's within another is a manifest of its own. */
function faults(xml: string): string[] {
  const type = all(xml, /xsi:type="(\w+App)"/g)[0];
  const inner = /<VersionOverrides [^>]*VersionOverridesV1_1">[\s\S]*?<\/VersionOverrides>/.exec(xml)?.[0] ?? "";
  return [...faultsOf(xml.replace(inner, ""), type!), ...(inner === "" ? [] : faultsOf(inner, type!))];
}

function faultsOf(xml: string, type: string): string[] {
  const hosts = all(xml, /<Host (?:Name|xsi:type)="(\w+)"/g);
  const resources = all(xml, /<bt:(?:Image|Url|String) id="([^"]+)"/g);
  const used = all(xml, /resid="([^"]+)"/g);
  const controls = all(xml, /<(?:Control|Group) [^>]*id="([^"]+)"/g);
  const urls = all(xml, /(?:DefaultValue|Value)="(\w+:\/\/[^"]*)"/g);
  return [
    ...hosts.filter((host) => host.startsWith("Mail") !== (type === "MailApp")).map((host) => `${host} in a ${type}`),
    ...used.filter((id) => !resources.includes(id)).map((id) => `${id} points nowhere`),
    ...resources.filter((id) => !used.includes(id)).map((id) => `${id} is never used`),
    ...resources.filter((id) => id.length > 32).map((id) => `${id} is too long`),
    ...[resources, controls].flatMap((ids) =>
      ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id} twice`),
    ),
    ...urls.filter((url) => !url.startsWith("https://")).map((url) => `${url} is not https`),
    ...all(xml, /<bt:String id="[^"]*Label" DefaultValue="([^"]{126,})"/g).map((text) => `${text} is too long`),
  ];
}

describe("the manifest for documents", () => {
  const manifest = documentManifest(company);

  it.each([developmentHost, company])("at %s is one by the schemas and by our own eyes", async (host) => {
    const xml = documentManifest(host);
    expect(await refused(xml)).toEqual([]);
    expect(faults(xml)).toEqual([]);
  });

  it("names pages and icons that there are, all of them at its host", () => {
    const { host: known, paths } = { host: new URL(company).host, paths: new Set<string>() };
    for (const url of all(manifest, /"(https:\/\/[^"]+)"/g)) {
      expect(new URL(url).host).toBe(known);
      paths.add(new URL(url).pathname);
    }
    const icons = iconSizes.map((pixels) => `/addin/icon-${pixels}.png`);
    expect([...paths].sort()).toEqual([addInPath, taskPanePath, ...icons].sort());
    for (const pixels of iconSizes) {
      const png = readFileSync(join(root, `addin/icons/icon-${pixels}.png`));
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([pixels, pixels]);
    }
    expect(manifest).not.toContain("localhost");
  });

  it("is for the three programs, each with a button on its first tab, in English and German", () => {
    for (const host of ["Document", "Workbook", "Presentation"]) {
      expect(manifest).toContain(`<Host Name="${host}"/>`);
      expect(manifest).toContain(`<Control xsi:type="Button" id="${host}.Protect">`);
    }
    expect(all(manifest, /<Version>([\d.]+)</g)).toEqual([manifestVersion]);
    expect(all(manifest, /Locale="de-DE" Value="([^"]+)"/g)).toContain("Schützen");
  });

  it("in the repository is the one that is made for a service on this computer", () => {
    expect(readFileSync(join(root, "manifest.xml"), "utf8")).toBe(documentManifest(developmentHost));
  });

  it.each(["http://rms.contoso.example", "https://rms.contoso.example/x", "rms.contoso.example", ""])(
    "is not made for %j",
    (host) => {
      expect(() => documentManifest(host)).toThrow("https address without a path");
    },
  );

  it("says nothing that a host could put into it", () => {
    expect(() => documentManifest('https://a"/><x>')).toThrow();
  });

  it.each([
    ["another order of elements", /(<Id>.*<\/Id>)\s*(<Version>.*<\/Version>)/, "$2$1"],
    ["no name of who gives it", /<ProviderName>.*<\/ProviderName>/, ""],
    ["an id that is none", /<Id>.*<\/Id>/, "<Id>add-in</Id>"],
    ["an unknown permission", /ReadWriteDocument/, "ReadEverything"],
    ["an action there is not", /ShowTaskpane/, "ShowSomething"],
  ])("with %s is refused by the schemas, which shows that they are looked at", async (_what, from, to) => {
    expect(await refused(manifest.replace(from, to))).not.toEqual([]);
  });

  it.each([
    ["a mailbox among its hosts", '<Host Name="Document"/>', '<Host Name="Mailbox"/>'],
    ["a plain address", `"${company}${taskPanePath}"`, `"http://rms.contoso.example${taskPanePath}"`],
    ["a resource that is not there", 'id="Protect.Tip"', 'id="Protect.Hint"'],
  ])("with %s is refused by us", (_what, from, to) => {
    expect(faults(manifest.replace(from, to))).not.toEqual([]);
  });
});

describe("the manifest for mails", () => {
  const manifest = mailManifest(company);
  const script = readFileSync(join(root, "dist/viewer/addin-events.js"), "utf8");

  it.each([developmentHost, company])("at %s is one by the schemas and by our own eyes", async (host) => {
    const xml = mailManifest(host);
    expect(await refused(xml)).toEqual([]);
    expect(faults(xml)).toEqual([]);
  });

  it("names pages and icons that there are, all of them at its host", () => {
    const urls = all(manifest, /"(https:\/\/[^"]+)"/g).map((url) => new URL(url));
    expect(new Set(urls.map(({ origin }) => origin))).toEqual(new Set([company]));
    const pages = [addInPath, mailPanePath, mailEventsPath, mailEventsScriptPath];
    const icons = iconSizes.map((pixels) => `/addin/icon-${pixels}.png`);
    expect([...new Set(urls.map(({ pathname }) => pathname))].sort()).toEqual([...pages, ...icons].sort());
  });

  it("is another add-in than that for documents, of the same version, in English and German", () => {
    const id = /<Id>(.*)<\/Id>/;
    expect(id.exec(manifest)![1]).not.toBe(id.exec(documentManifest(company))![1]);
    expect(all(manifest, /<Version>([\d.]+)</g)).toEqual([manifestVersion]);
    expect(all(manifest, /Locale="de-DE" Value="([^"]+)"/g)).toContain("Schützen");
  });

  it("asks for no later set than its oldest clients tell of, and for the mail that is open alone", () => {
    expect(all(manifest, /MinVersion="([\d.]+)"/g).sort()).toEqual(["1.3", "1.3", "1.5"]);
    expect(all(manifest, /<Permissions>(\w+)</g)).toEqual(["ReadWriteItem"]);
  });

  it("has Outlook call what the file of events answers to, and its button is the one that refusals name", () => {
    const called = all(manifest, /FunctionName="(\w+)"/g);
    expect(called).toHaveLength(4);
    for (const name of called) expect(script).toMatch(new RegExp(`associate\\("${name}"`));
    const buttons = all(manifest, /<Control xsi:type="Button" id="([^"]+)"/g);
    const [named] = all(script, /commandId:(\w+)/g);
    const command = named === undefined ? null : new RegExp(`\\b${named}="([^"]+)"`).exec(script)?.[1];
    expect(buttons).toContain(command);
    expect(all(manifest, /<Runtime resid="([^"]+)"/g)).toEqual(
      all(manifest, /<\/LaunchEvents>\s*<SourceLocation resid="([^"]+)"/g),
    );
  });

  it("sends what could not be looked at, unless an administrator wants it held back", async () => {
    expect(all(manifest, /SendMode="(\w+)"/g)).toEqual(["SoftBlock"]);
    const strict = mailManifest(company, "Block");
    expect(all(strict, /SendMode="(\w+)"/g)).toEqual(["Block"]);
    expect(await refused(strict)).toEqual([]);
  });

  it("in the repository is the one that is made for a service on this computer", () => {
    expect(readFileSync(join(root, "manifest.outlook.xml"), "utf8")).toBe(mailManifest(developmentHost));
  });

  it.each([
    ["another way of sending", /SoftBlock/, "SometimesBlock"],
    ["an event without a function", / FunctionName="onMessageSend"/, ""],
    ["a runtime in no known language", /type="javascript"/, 'type="python"'],
    ["pinning before its page", /(<SourceLocation resid="Mail.Url"\/>)\s*(<SupportsPinning>.*)/, "$2$1"],
  ])("with %s is refused by the schemas", async (_what, from, to) => {
    expect(await refused(manifest.replace(from, to))).not.toEqual([]);
  });

  it.each([
    ["a document among its hosts", '<Host Name="Mailbox"/>', '<Host Name="Document"/>'],
    ["a button twice", "Mail.Read.Protect", "Mail.Compose.Protect"],
    ["a script that is not there", ' id="Events.Script"', ' id="Events.Other"'],
  ])("with %s is refused by us", (_what, from, to) => {
    expect(faults(manifest.replaceAll(from, to))).not.toEqual([]);
  });
});

describe("npm run addin:manifests", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["scripts/addin-manifests.mjs", ...args], { cwd: root, encoding: "utf8" });

  it("writes both for a host into a folder, which it makes", () => {
    const folder = mkdtempSync(join(tmpdir(), "seal-manifest-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { status, stdout } = run("--host", company, "--send-mode", "Block", "--out", join(folder, "new"));
    const [documents, mails] = ["manifest.xml", "manifest.outlook.xml"].map((name) => join(folder, "new", name));
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${documents}\n${mails}\n` });
    expect(readFileSync(documents!, "utf8")).toBe(documentManifest(company));
    expect(readFileSync(mails!, "utf8")).toBe(mailManifest(company, "Block"));
  });

  it("says what is wrong with a host, and writes nothing", () => {
    const folder = join(tmpdir(), "seal-manifest-never");
    const { status, stderr } = run("--host", "http://rms.contoso.example", "--out", folder);
    expect(status).toBe(2);
    expect(stderr).toContain("give an https address without a path");
    expect(run("--host", company, "--send-mode", "PromptUser", "--out", folder)).toMatchObject({ status: 2 });
    expect(existsSync(folder)).toBe(false);
  });
});

it("npm run addin:start says what to do where Office cannot be started", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/addin-start.mjs"], { cwd: root, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("Upload My Add-in");
});
