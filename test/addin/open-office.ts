import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { onTestFinished } from "vitest";
import { OfficeWindow, type Opening } from "./office.js";
import type { SecureOrganisation } from "./secure-organisation.js";

export interface TestOpening extends Opening {
  readonly browser?: BrowserContextOptions;
  /** Where other windows were open before, so that what they kept is there. */
  readonly context?: BrowserContext;
}

/** A document and the pane beside it, for as long as a test runs. */
export async function openOffice(
  browser: Browser,
  organisation: SecureOrganisation,
  { browser: options, context: given, ...opening }: TestOpening,
): Promise<OfficeWindow> {
  const context = given ?? (await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-US", ...options }));
  if (given === undefined) onTestFinished(() => context.close());
  return OfficeWindow.open(context, organisation, opening);
}
