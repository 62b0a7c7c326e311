import type { Command } from "commander";
import { accountPages } from "./account.js";
import { adminPages } from "./admin.js";
import { filePages } from "./files.js";
import { guidancePages } from "./guidance.js";
import { keyPages } from "./keys.js";
import type { Page, Pages } from "./page.js";
import { pairingPages } from "./pairing.js";
import { processPages } from "./processes.js";
import { trackingPages } from "./tracking.js";
import { watchingPages } from "./watching.js";

const pages: Pages = {
  ...filePages,
  ...trackingPages,
  ...accountPages,
  ...watchingPages,
  ...pairingPages,
  ...processPages,
  ...adminPages,
  ...keyPages,
  ...guidancePages,
};

/** The words behind `seal`: `watch add`. */
export const pathOf = (command: Command): string =>
  command.parent === null ? "" : `${pathOf(command.parent)} ${command.name()}`.trim();

/** `undefined` for what only holds other commands. */
export const pageOf = (command: Command): Page | undefined => pages[pathOf(command)];
