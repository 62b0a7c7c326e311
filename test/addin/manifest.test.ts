import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { validateXML } from "xmllint-wasm";
import { developmentHost, documentManifest, iconSizes, manifestVersion } from "../../addin/manifest.js";
import { addInPath, taskPanePath } from "../../shared/protocol/page-api.js";

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

/** What is wrong that the schemas let pass. */
function faults(xml: string): string[] {
  const type = all(xml, /xsi:type="(\w+App)"/g)[0];
  const hosts = all(xml, /<Host (?:Name|xsi:type)="(\w+)"/g);
  const resources = all(xml, /<bt:(?:Image|Url|String) id="([^"]+)"/g);
  const used = all(xml, /resid="([^"]+)"/g);
  const controls = all(xml, /<(?:Control|Group) [^>]*id="([^"]+)"/g);
  const urls = all(xml, /(?:DefaultValue|Value)="(\w+:\/\/[^"]*)"/g);
  return [
    ...hosts.filter((host) => (host === "Mailbox") !== (type === "MailApp")).map((host) => `${host} in a ${type}`),
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

describe("npm run addin:manifests", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["scripts/addin-manifests.mjs", ...args], { cwd: root, encoding: "utf8" });

  it("writes one for a host into a folder, which it makes", () => {
    const folder = mkdtempSync(join(tmpdir(), "seal-manifest-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { status, stdout } = run("--host", company, "--out", join(folder, "new"));
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${join(folder, "new/manifest.xml")}\n` });
    expect(readFileSync(join(folder, "new/manifest.xml"), "utf8")).toBe(documentManifest(company));
  });

  it("says what is wrong with a host, and writes nothing", () => {
    const folder = join(tmpdir(), "seal-manifest-never");
    const { status, stderr } = run("--host", "http://rms.contoso.example", "--out", folder);
    expect(status).toBe(2);
    expect(stderr).toContain("give an https address without a path");
    expect(existsSync(folder)).toBe(false);
  });
});

it("npm run addin:start says what to do where Office cannot be started", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/addin-start.mjs"], { cwd: root, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("Upload My Add-in");
});
