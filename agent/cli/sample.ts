import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./say.js";

const text = `Welcome to Sealwright.

This file was dropped in a watched folder and protected there by itself. It can be copied and mailed anywhere;
it opens only for the people its policy names, until it is withdrawn.
`;

const waitMs = 10_000;

/** On the first start, a file for the watched folder, so that the result is seen at once. */
export async function sample(data: string, folder: string): Promise<void> {
  const mark = join(data, "sampled");
  if (existsSync(mark)) return;
  await writeFile(join(folder, "Welcome.txt"), text);
  for (const end = Date.now() + waitMs; !existsSync(join(folder, "Welcome.ptxt")); ) {
    if (Date.now() > end) {
      say("Welcome.txt has not been protected yet; see: seal watch status");
      return;
    }
    await sleep(50);
  }
  await writeFile(mark, "");
}
