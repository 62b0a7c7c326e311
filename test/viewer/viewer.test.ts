import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Frame, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings } from "../browser/accessibility.js";
import { launchChromium } from "../browser/chromium.js";
import { seal } from "../scenarios/seal.js";
import { png } from "./png.js";
import { Organisation, Reader } from "./reader.js";

/** The viewer as people meet it: a real service, files protected by the real command line, a real browser. */

let browser: Browser;
let contoso: Organisation;
beforeAll(async () => {
  [browser, contoso] = await Promise.all([launchChromium(), Organisation.found()]);
});
afterAll(async () => {
  await browser?.close();
  await contoso?.end();
});

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });
const canary = "quicksilver-canary";
const text = `${canary}\n${"A line of an ordinary length, to be wrapped on a phone. ".repeat(20)}\nZürich, 名, 🐘\n`;

/** The colour in the middle of the first page, and how many pixels are darker than white. */
const drawn = (frame: Frame) =>
  frame.evaluate(() => {
    const canvas = document.querySelector("main canvas") as HTMLCanvasElement;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at]! < 128) dark++;
    const middle = 4 * (Math.floor(canvas.height / 2) * canvas.width + Math.floor(canvas.width / 2));
    return { width: canvas.width, dark, middle: [...data.slice(middle, middle + 3)] };
  });

/** Widths at which something sticks out to the side, with text of the usual size and of twice that. */
async function overflows(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of [320, 390, 768, 1280])
    for (const fontSize of ["100%", "200%"]) {
      await page.setViewportSize({ width, height: 800 });
      const pixels = await page.evaluate((size) => {
        document.documentElement.style.fontSize = size;
        return document.documentElement.scrollWidth - document.documentElement.clientWidth;
      }, fontSize);
      if (pixels > 0) found.push(`${pixels} at ${width} with ${fontSize}`);
    }
  await page.evaluate(() => document.documentElement.removeAttribute("style"));
  return found;
}

describe("a protected text", () => {
  it("is chosen, signed in for and read, and neither content nor anything else leaves the page", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.open(await contoso.forColleague("plan.txt", text));
    const frame = await reader.content();
    expect((await drawn(frame)).dark).toBeGreaterThan(500);
    await reader.page.click("text=Your rights");
    await soon(() => reader.page.textContent("[role=status]")).toContain("as its author left it");
    expect(await reader.page.textContent(".about")).toContain("View only");

    const { origin } = new URL(contoso.trial.service);
    expect(reader.requests.filter(({ url }) => new URL(url).origin !== origin)).toEqual([]);
    const sent = Buffer.concat(
      reader.requests.map(({ body, url }) => Buffer.concat([body ?? Buffer.alloc(0), Buffer.from(url)])),
    );
    const protectedBytes = await readFile(join(contoso.folder, "plan.ptxt"));
    for (const part of [canary, "plan.ptxt", protectedBytes.subarray(-2000).toString("base64").slice(8, 40)])
      expect(sent.includes(part), part).toBe(false);
    expect(reader.complaints).toEqual([]);
  });

  it("is a picture without the right to copy: no text in the page, nothing to select, copy, drag or print", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.open(await contoso.forColleague("look.txt", text));
    const frame = await reader.content();
    for (const one of reader.page.frames()) expect(await one.content()).not.toContain(canary);
    const prevented = await frame.evaluate(() =>
      ["copy", "cut", "dragstart", "contextmenu", "selectstart"].filter(
        (type) => !document.dispatchEvent(new Event(type, { cancelable: true, bubbles: true })),
      ),
    );
    expect(prevented).toEqual(["copy", "cut", "dragstart", "contextmenu", "selectstart"]);
    expect(await frame.evaluate(() => getComputedStyle(document.body).userSelect)).toBe("none");
    await reader.page.emulateMedia({ media: "print" });
    expect(await frame.evaluate(() => getComputedStyle(document.documentElement).display)).toBe("none");
    expect(await reader.page.evaluate(() => getComputedStyle(document.getElementById("viewer")!).display)).toBe("none");
    await reader.page.emulateMedia({ media: "screen" });
    await reader.page.click("text=Your rights");
    expect(await reader.page.locator("button:visible").allTextContents()).not.toContain("Print");
    expect(await reader.page.getAttribute("iframe", "sandbox")).toBe("allow-scripts");
  });

  it("is text with the right to copy, and printed page by page, with the reader's name, with the right to print", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.open(await contoso.forColleague("copy.txt", text, "VIEW+EXTRACT+PRINT", "--expires", "30d"));
    const frame = await reader.content();
    expect(await frame.textContent("pre")).toBe(text);
    expect(await reader.page.textContent(".about")).toMatch(/View, print, copy until \d+ \w+ \d{4}/);
    await frame.evaluate(() => {
      window.print = () => {
        document.documentElement.dataset.printed = String(document.querySelectorAll(".sheets img").length);
      };
    });
    await reader.page.click("text=Your rights");
    await reader.page.click("button:has-text('Print')");
    await soon(() => frame.getAttribute("html", "data-printed")).toBe("1");
  });

  it("that names a foreign alphabet or mark is decoded as its writer meant it", async () => {
    const reader = await Reader.at(contoso, browser);
    const utf16 = Buffer.from(`\ufeffGrüße, 名`, "utf16le");
    await reader.open(await contoso.forColleague("utf16.txt", utf16, "VIEW+EXTRACT"));
    expect(await (await reader.content()).textContent("pre")).toBe("Grüße, 名");
    await reader.choose(await contoso.forColleague("latin.txt", Buffer.from("Gr\xfc\xdfe", "latin1"), "VIEW+EXTRACT"));
    await soon(async () => (await reader.content()).textContent("pre")).toBe("Grüße");
  });
});

describe("a file is shown or refused", () => {
  it("as a picture, with the reader's name across it", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.open(await contoso.forColleague("red.png", png(300, 200, [200, 30, 30])));
    const { middle, width } = await drawn(await reader.content());
    expect(width).toBe(300);
    expect(middle[0]).toBeGreaterThan(150);
    expect(middle[1]).toBeLessThan(60);
  });

  it("not at all to whom it was not given, who is told whom to ask, and can be somebody else instead", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.open(await contoso.forColleague("closed.txt", text), "outsider");
    await soon(reader.refusal).toBe("Olga Novak has not been given access to closed.ptxt. Ada Lovelace protected it.");
    expect(await reader.page.locator("text=Ask Ada Lovelace").count()).toBe(1);
    await reader.signIn("colleague", () => reader.page.click("text=Use another account"));
    await reader.content();
  });

  it("not once it was withdrawn", async () => {
    const reader = await Reader.at(contoso, browser);
    const path = await contoso.forColleague("gone.txt", text);
    expect(await contoso.seal("revoke", path)).toMatchObject({ code: 0 });
    await reader.open(path);
    await soon(reader.refusal).toBe("Ada Lovelace withdrew gone.ptxt.");
  });

  it("not when a byte of it is another, wherever that is, even after its beginning was seen", async () => {
    const reader = await Reader.at(contoso, browser);
    const big = Buffer.alloc(3 << 20, "0123456789abcde\n");
    const path = await contoso.forColleague("flipped.txt", big);
    const whole = await readFile(path);
    const role = "colleague";
    for (const [turn, at] of [whole.length - 30, whole.length - (2 << 20), 9000].entries()) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1;
      await writeFile(path, flipped);
      if (turn === 0) await reader.open(path, role);
      else await reader.choose(path);
      await soon(reader.refusal).toContain("is not as its author left it");
      expect(await reader.page.locator("iframe").count()).toBe(0);
    }
  });

  it("not when it is not protected, and of another organisation only at that one's own viewer, if it is a safe one", async () => {
    const reader = await Reader.at(contoso, browser);
    const plain = join(contoso.folder, "plain.txt");
    await writeFile(plain, "clear");
    await reader.choose(plain);
    await soon(reader.refusal).toContain("is not protected");
    await reader.choose(new URL("../vectors/encodings/example.ptxt", import.meta.url).pathname);
    await soon(reader.refusal).toContain("belongs to another organisation");
    expect(reader.requests.map(({ url }) => new URL(url).host)).not.toContain("rms.contoso.example");
  });
});

describe("a file that is open", () => {
  /** The page's own waits of more than a minute take a second: those for asking again. */
  const impatient = async (reader: Reader) => {
    await reader.page.addInitScript(() => {
      const wait = window.setTimeout.bind(window) as (work: () => void, ms?: number) => number;
      window.setTimeout = ((work: () => void, ms = 0) => wait(work, ms > 60_000 ? 1000 : ms)) as typeof setTimeout;
    });
    await reader.page.reload();
  };

  it("closes at the next look once it is withdrawn", async () => {
    const reader = await Reader.at(contoso, browser);
    await impatient(reader);
    const path = await contoso.forColleague("watched.txt", text);
    await reader.open(path);
    await reader.content();
    expect(await contoso.seal("revoke", path)).toMatchObject({ code: 0 });
    await soon(reader.refusal).toBe("Ada Lovelace withdrew watched.ptxt.");
    expect(await reader.page.locator("iframe").count()).toBe(0);
  });

  it("keeps to other rights from the next look on, and stays as it is while nothing changes", async () => {
    const reader = await Reader.at(contoso, browser);
    await impatient(reader);
    const path = await contoso.forColleague("more.txt", text);
    await reader.open(path);
    const frame = await reader.content();
    await frame.evaluate(() => {
      document.body.dataset.first = "yes";
    });
    await soon(() => reader.requests.filter(({ url }) => url.endsWith("/use-licenses")).length).toBeGreaterThan(2);
    expect(await frame.getAttribute("body", "data-first")).toBe("yes");
    const who = contoso.person("colleague").user;
    expect(await contoso.seal("grant", path, "--grant", `${who}:VIEW+EXTRACT`)).toMatchObject({ code: 0 });
    await soon(() => reader.page.textContent(".about")).toContain("View, copy");
    expect(await (await reader.content()).textContent("pre")).toBe(text);
    expect(await contoso.seal("grant", path, "--remove", who)).toMatchObject({ code: 0 });
    await soon(reader.refusal).toContain("has not been given access to more.ptxt");
  });

  it("stays open while the service is away, as long as its license lasts", async () => {
    const reader = await Reader.at(contoso, browser);
    await impatient(reader);
    await reader.open(await contoso.forColleague("away.txt", text));
    await reader.content();
    let asked = 0;
    await reader.page.route("**/use-licenses", (route) => {
      asked++;
      return route.abort();
    });
    await soon(() => asked).toBeGreaterThan(2);
    expect(await reader.page.locator("iframe").count()).toBe(1);
  });
});

describe("a wrapped file", () => {
  it("is handed over whole after its reader was told what that means", async () => {
    const reader = await Reader.at(contoso, browser, { acceptDownloads: true });
    const content = Buffer.alloc((2 << 20) + 7, "drawing ");
    await reader.open(await contoso.forColleague("plan.dwg", content));
    await reader.page.waitForSelector("text=no rule holds it any more");
    const [download] = await Promise.all([reader.page.waitForEvent("download"), reader.page.click("button.primary")]);
    expect(download.suggestedFilename()).toBe("plan.dwg");
    expect((await readFile(await download.path())).equals(content)).toBe(true);
  });

  it("is not handed over when its end shows that it is not its author's", async () => {
    const reader = await Reader.at(contoso, browser);
    const path = await contoso.forColleague("other.dwg", Buffer.alloc(1 << 20, "drawing "));
    const other = await contoso.forColleague("edition.dwg", "x");
    // the content of one, the signature of another edition
    const [one, two] = [await readFile(path), await readFile(other)];
    await writeFile(path, Buffer.concat([one.subarray(0, -3000), two.subarray(-3000)]));
    await reader.open(path);
    await soon(reader.refusal).toContain("is not as its author left it");
  });
});

describe("content that wants more than to be looked at", () => {
  const hostile = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/xxe">]>
    <html xmlns="http://www.w3.org/1999/xhtml"><script>parent.postMessage("pwned","*")</script>&e;
    <img src="http://127.0.0.1:9/beacon" onerror="document.title='pwned'"/></html>`;

  it("is text, and no more: XML with scripts, entities and pictures runs nothing and asks for nothing", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.open(await contoso.forColleague("page.xml", hostile, "VIEW+EXTRACT"));
    const frame = await reader.content();
    expect(await frame.textContent("pre")).toBe(hostile);
    expect(await frame.locator("main img, main script").count()).toBe(0);
    expect(reader.requests.filter(({ url }) => url.includes("127.0.0.1:9"))).toEqual([]);
  });

  it("as a picture is none, when it begins as a page or an SVG does", async () => {
    const reader = await Reader.at(contoso, browser);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="http://127.0.0.1:9/x"/></svg>';
    const broken = Buffer.concat([png(8, 8, [1, 2, 3]).subarray(0, 40), Buffer.from(svg)]);
    await reader.open(await contoso.forColleague("broken.png", broken));
    await soon(reader.refusal).toContain("this browser cannot show what is in it");
    // wrapped by the command line, since it is no picture; as one of our own making it is refused all the same
    await reader.choose(await contoso.forColleague("evil.png", svg));
    await soon(() => reader.page.textContent("#viewer")).toMatch(/cannot show what is in it/);
    expect(reader.requests.filter(({ url }) => url.includes("127.0.0.1:9"))).toEqual([]);
  });

  it("finds a frame without origin, network, storage or way out, whatever runs in there", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.open(await contoso.forColleague("frame.txt", text));
    const frame = await reader.content();
    const tried = await frame.evaluate(async () => {
      const outcome = (work: () => unknown) =>
        Promise.resolve()
          .then(work)
          .then(
            () => "done",
            () => "refused",
          );
      return {
        origin: self.origin,
        fetch: await outcome(() => fetch("/api/v1/policy")),
        elsewhere: await outcome(() => fetch("http://127.0.0.1:9/", { mode: "no-cors" })),
        storage: await outcome(() => localStorage.length),
        database: await outcome(() => indexedDB.open("x")),
        parent: await outcome(() => parent.document.title),
        // later, when no debugger allows it any more
        code: await outcome(() => new Promise((resolve) => setTimeout(resolve, 0)).then(() => new Function("1")())),
        html: await outcome(() => {
          document.body.innerHTML = "<b>x</b>";
        }),
        top: await outcome(() => {
          top!.location.href = "http://127.0.0.1:9/";
        }),
      };
    });
    const refused = ["fetch", "elsewhere", "storage", "database", "parent", "code", "html", "top"];
    expect(tried).toEqual({ origin: "null", ...Object.fromEntries(refused.map((name) => [name, "refused"])) });
    await frame.evaluate(() => location.assign("http://127.0.0.1:9/leak?x")).catch(() => undefined);
    await soon(() => reader.page.frames().length).toBe(2);
    expect(reader.page.frames()[1]!.url()).not.toContain("127.0.0.1:9");
  });
});

describe("the page", () => {
  it("allows itself its own scripts, its own service, and no more", async () => {
    const { headers } = await fetch(`${contoso.trial.service}/view`);
    const policy = headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*|data:/);
    expect(headers.get("x-frame-options")).toBe("DENY");
    for (const path of ["/view/content", "/view/pdf"]) {
      const content = (await fetch(contoso.trial.service + path)).headers.get("content-security-policy");
      expect(content).toContain("sandbox allow-scripts");
      expect(content).not.toMatch(/connect-src|unsafe-(eval|inline)(?<!wasm-unsafe-eval)/);
    }
  });

  it("is gone through by keyboard alone", async () => {
    const reader = await Reader.at(contoso, browser);
    const path = await contoso.forColleague("keys.txt", text);
    const choosing = reader.page.waitForEvent("filechooser"); // heard of only when it is waited for beforehand
    const focused = () => reader.page.evaluate(() => (document.activeElement as HTMLInputElement).type);
    const tabbed = () => reader.page.keyboard.press("Tab").then(focused);
    await soon(tabbed).toBe("file"); // a page that is not in front yet does not hear the first key
    await reader.page.keyboard.press("Enter");
    const chooser = await choosing;
    await chooser.setFiles(path);
    await reader.page.waitForSelector("text=Sign in to open");
    await reader.page.keyboard.press("Tab");
    const { user, password } = contoso.person("colleague");
    const [window] = await Promise.all([reader.page.waitForEvent("popup"), reader.page.keyboard.press("Enter")]);
    await window.waitForLoadState();
    await window.waitForSelector("#password");
    await window.keyboard.type(user);
    await window.keyboard.press("Tab");
    await window.keyboard.type(password);
    await window.keyboard.press("Enter");
    await reader.content();
    await reader.page.focus(".menu button");
    await reader.page.keyboard.press("Enter");
    await reader.page.waitForSelector("#panel:visible");
    await reader.page.keyboard.press("Escape");
    await soon(() => reader.page.locator("#panel:visible").count()).toBe(0);
    expect(await reader.page.evaluate(() => document.activeElement?.textContent)).toBe("Your rights");
  });

  it("leaves axe nothing to find, and nothing sticks out, on any screen, in both languages", async () => {
    for (const locale of ["en-GB", "de-AT"]) {
      const reader = await Reader.at(contoso, browser, { locale });
      // colours and roles are the same in all languages, lengths are not
      const found = () => (locale === "en-GB" ? findings(reader.page) : []);
      const look = async (name: string) =>
        expect([name, await found(), await overflows(reader.page)]).toEqual([name, [], []]);
      expect(await reader.page.getAttribute("html", "lang")).toBe(locale.slice(0, 2));
      await look("empty");
      await reader.choose(await contoso.forColleague(`${locale}.txt`, text));
      await reader.page.waitForSelector("button.primary >> nth=0");
      await look("closed");
      await reader.signIn("colleague", () => reader.page.click("button.primary"));
      await reader.content();
      await look("open");
      await reader.page.click(".menu button");
      await look("rights");
      await reader.choose(new URL("../vectors/encodings/example.ptxt", import.meta.url).pathname);
      await reader.page.waitForSelector("[role=alert]");
      await look("foreign");
      await reader.choose(await contoso.forColleague(`${locale}.dwg`, "x"));
      await reader.page.waitForSelector(".note");
      await look("wrapped");
    }
  });

  it("ends the sign-in when asked to, and the device it was has no tokens any more", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.open(await contoso.forColleague("out.txt", text));
    await reader.content();
    await reader.page.click("text=Your rights");
    const revoked = reader.page.waitForResponse((response) => response.url().endsWith("/token/revocation"));
    await reader.page.click("text=Sign out");
    expect((await revoked).status()).toBe(200);
    await reader.page.waitForSelector("text=Open a protected file");
    expect(await reader.page.textContent("#viewer")).not.toContain("Bob");
  });
});

it("the command line says where the viewer is, and protected files name it", async () => {
  const { service } = contoso.trial;
  const discovery = await (await fetch(`${service}/.well-known/sealwright`)).json();
  expect(discovery.viewer).toBe(`${service}/view`);
  const path = await contoso.forColleague("named.txt", text);
  expect((await readFile(path)).includes(`${service}/view`)).toBe(true);
  const said = await seal(["up", "--data", join(contoso.folder, "trial")]);
  expect(said.text).toContain(`${service}/view`);
});
