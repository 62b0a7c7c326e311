import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../browser/chromium.js";
import { pdf } from "./pdf.js";
import { Organisation, Reader } from "./reader.js";

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

/** Whether the first page in view shows the red square that is on every page. */
const showsSquare = (frame: Frame) =>
  frame.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>(".sheet canvas")].some((canvas) => {
      if (canvas.width === 0) return false;
      const { data } = canvas.getContext("2d")!.getImageData(canvas.width * 0.45, canvas.height * 0.6, 1, 1);
      return data[0]! > 120 && data[1]! < 80;
    }),
  );

/** The same document as another program would have written it. */
async function rewritten(name: string, content: Buffer, ...how: string[]): Promise<Buffer> {
  const [from, to] = [join(contoso.folder, `${name}.in`), join(contoso.folder, `${name}.out`)];
  await writeFile(from, content);
  const { status, stderr } = spawnSync("qpdf", [...how, from, to], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return readFile(to);
}

const book = (count: number) => Array.from({ length: count }, (_one, at) => `Page number ${at + 1}`);

describe("a protected PDF", () => {
  it("shows its first page before the rest is decrypted", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.page.evaluate(() => {
      const decrypt = SubtleCrypto.prototype.decrypt;
      let times = 0;
      // of 33 segments no more than 8 are ever opened
      SubtleCrypto.prototype.decrypt = function (...args) {
        return ++times > 8 ? new Promise(() => undefined) : decrypt.apply(this, args);
      };
    });
    await reader.open(await contoso.forColleague("large.pdf", pdf({ pages: book(100), padding: 32 << 20 })));
    await soon(async () => showsSquare(await reader.content())).toBe(true);
    expect(await reader.page.textContent(".paging")).toContain("/ 100");
    await reader.page.click("text=Your rights");
    expect(await reader.page.textContent("[role=status]")).toBe("Checking author…");
  });

  it("is gone through by page, zoomed by key and button, and keeps only what is in view", async () => {
    const reader = await Reader.at(contoso, browser);
    await reader.open(await contoso.forColleague("book.pdf", pdf({ pages: book(200) })));
    const frame = await reader.content();
    await reader.page.fill(".paging input", "150");
    await reader.page.keyboard.press("Enter");
    await soon(() => frame.getAttribute(".sheet canvas >> nth=0", "aria-label")).toMatch(/1(49|50|51)\/200$/);
    await soon(() => showsSquare(frame)).toBe(true);
    expect(await frame.locator(".sheet").count()).toBeLessThan(8);
    const width = () => frame.evaluate(() => document.querySelector<HTMLElement>(".sheet")!.offsetWidth);
    const before = await width();
    await frame.focus("main");
    await reader.page.keyboard.press("+");
    await soon(width).toBeGreaterThan(before);
    await reader.page.setViewportSize({ width: 1280, height: 800 });
    await reader.page.click("[aria-label='Fit to width']");
    await reader.page.keyboard.press("Home");
    await soon(() => reader.page.inputValue(".paging input")).toMatch(/^\d+$/);
  });

  it("has no text in the page without the right to copy, and one to select and search with it", async () => {
    const reader = await Reader.at(contoso, browser);
    const content = pdf({ pages: ["the secret zebra", "nothing here", "another Zebra"] });
    await reader.open(await contoso.forColleague("closed.pdf", content));
    const closed = await reader.content();
    await soon(() => showsSquare(closed)).toBe(true);
    for (const frame of reader.page.frames()) expect(await frame.content()).not.toContain("zebra");
    await reader.page.click("text=Your rights");
    expect(await reader.page.locator("input[type=search]").count()).toBe(0);

    await reader.choose(await contoso.forColleague("open.pdf", content, "VIEW+EXTRACT"));
    await soon(() => reader.page.locator("input[type=search]").count()).toBe(1);
    const open = await reader.content();
    await soon(() => open.textContent(".textLayer >> nth=0")).toBe("the secret zebra");
    await reader.page.click("text=Your rights");
    await reader.page.fill("input[type=search]", "ANOTHER  zebra");
    await reader.page.keyboard.press("Enter");
    await soon(() => reader.page.textContent(".find [role=status]")).toBe("Found on page 3.");
    await reader.page.fill("input[type=search]", "giraffe");
    await reader.page.keyboard.press("Enter");
    await soon(() => reader.page.textContent(".find [role=status]")).toBe("It is nowhere in this file.");
  });

  it("is shown as old, new, linearised and mended by the reader alike", async () => {
    const reader = await Reader.at(contoso, browser);
    const plain = pdf({ pages: book(3) });
    const forms: [string, Buffer][] = [
      ["old", plain],
      ["linearised", await rewritten("linearised", plain, "--linearize")],
      ["packed", await rewritten("packed", plain, "--object-streams=generate", "--compress-streams=y")],
      ["tail lost", plain.subarray(0, plain.lastIndexOf("startxref"))],
      [
        "wrong places",
        Buffer.from(plain.toString("latin1").replace(/\d{10} 00000 n/g, "0000000007 00000 n"), "latin1"),
      ],
      ["rubbish in front", Buffer.concat([Buffer.from("rubbish\n".repeat(20)), plain])],
    ];
    for (const [at, [form, content]] of forms.entries()) {
      const path = await contoso.forColleague(`form${at}.pdf`, content);
      if (at === 0) await reader.open(path);
      else await reader.choose(path);
      await soon(() => reader.page.textContent(".about").catch(() => "")).toContain(`form${at}`);
      await soon(async () => [form, await showsSquare(await reader.content())]).toEqual([form, true]);
    }
  });

  it("that cannot be shown says so: cut to pieces, or under a password of its own", async () => {
    const reader = await Reader.at(contoso, browser);
    const locked = await rewritten("locked", pdf({ pages: ["x"] }), "--encrypt", "user", "owner", "256", "--");
    await reader.open(await contoso.forColleague("locked.pdf", locked));
    await soon(reader.refusal).toContain("this browser cannot show what is in it");
    await reader.choose(await contoso.forColleague("pieces.pdf", `%PDF-1.4\n${"garbage ".repeat(500)}`));
    await soon(reader.refusal).toContain("pieces.ppdf opens for you");
  });

  it("runs nothing, follows nothing and asks for nothing, whatever stands in it", async () => {
    const reader = await Reader.at(contoso, browser);
    const js = "app.alert\\(1\\); this.submitForm\\('http://127.0.0.1:9/form'\\)";
    const catalogue =
      `/OpenAction << /S /JavaScript /JS (${js}) >> /AA << /WC << /S /URI /URI (http://127.0.0.1:9/uri) >> >> ` +
      "/AcroForm << /XFA (<xdp><script>alert(1)</script></xdp>) /Fields [] >>";
    const dialogs: string[] = [];
    reader.page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const hostile = pdf({ pages: ["looks harmless", "<script>alert(1)</script>"], catalogue, size: [612, 792] });
    await reader.open(await contoso.forColleague("hostile.pdf", hostile, "VIEW+EXTRACT"));
    const frame = await reader.content();
    await soon(() => showsSquare(frame)).toBe(true);
    await soon(() => frame.locator(".textLayer").allTextContents()).toContain("<script>alert(1)</script>");
    await reader.choose(
      await contoso.forColleague("vast.pdf", pdf({ pages: ["vast"], size: [14_000_000, 14_000_000] })),
    );
    await soon(() => reader.page.textContent("#viewer")).toContain("vast.ppdf");
    await reader.page.waitForFunction(() => document.querySelector("iframe, [role=alert]"));
    const { origin } = new URL(contoso.trial.service);
    expect(reader.requests.filter(({ url }) => !url.startsWith(origin) && !url.startsWith("blob:"))).toEqual([]);
    expect(dialogs).toEqual([]);
    expect(reader.complaints).toEqual([]);
  });

  it("takes less than 350 kB to be shown for the first time, without the program that takes it apart", async () => {
    const reader = await Reader.at(contoso, browser);
    const sizes = new Map<string, number>();
    reader.page.on("requestfinished", async (request) => {
      if (!request.url().includes("/view")) return;
      const { responseBodySize, responseHeadersSize } = await request.sizes();
      sizes.set(new URL(request.url()).pathname, responseBodySize + responseHeadersSize);
    });
    await reader.page.reload();
    await reader.open(await contoso.forColleague("sized.pdf", pdf({ pages: ["x"] })));
    await soon(async () => showsSquare(await reader.content())).toBe(true);
    await soon(() => [...sizes.keys()].some((path) => path.includes("worker"))).toBe(true);
    const [worker, ...rest] = [...sizes].sort(
      ([one], [other]) => Number(other.includes("worker")) - Number(one.includes("worker")),
    );
    const total = rest.reduce((sum, [, bytes]) => sum + bytes, 0);
    console.log(`first load: ${Math.round(total / 1000)} kB, and ${Math.round(worker![1] / 1000)} kB of worker`);
    expect(rest.length).toBeGreaterThan(4);
    expect(total).toBeLessThan(350_000);
  });
});
