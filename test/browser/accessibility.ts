import axe from "axe-core";
import type { Frame, Page } from "playwright-core";

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Of a page as a whole; what is framed in it is a part. */
const ofPages = { "page-has-heading-one": { enabled: false } };

/** One run in one frame, which leaves nothing in it. */
async function violationsIn(frame: Frame, more: object): Promise<readonly Violation[]> {
  const options = { iframes: false, preload: false, resultTypes: ["violations"], ...more };
  const script = `(async () => { ${axe.source}; const { violations } = await axe.run(document, ${JSON.stringify(options)}); delete window.axe; return violations; })()`;
  return frame.evaluate<readonly Violation[]>(script);
}

const framesOf = (page: Page): Frame[] => page.frames().filter((frame) => frame.url() !== "about:blank");

/**
 * What axe has to say of a page and what it frames: all of it in the light, and of colours in the dark, too.
 * @param pane - only this frame, as if it were a page.
 */
export async function findings(page: Page, pane: Frame | null = null): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const frame of pane === null ? framesOf(page) : [pane]) {
      const isPart = pane === null && frame.parentFrame() !== null;
      const rules = isPart ? { rules: ofPages } : {};
      const violations = await violationsIn(frame, colorScheme === "light" ? rules : { runOnly: ["color-contrast"] });
      found.push(...violations.map(({ id, nodes }) => `${colorScheme} ${id} ${nodes.map(({ html }) => html)}`));
    }
  }
  await page.emulateMedia({ colorScheme: null });
  return found;
}
