import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { RightsError } from "../../shared/errors.js";
import { writeNewFile } from "../private-files.js";

/** `metrics.token`, made at the first start: who may read the data folder may read the numbers. @throws RightsError */
export async function metricsToken(path: string): Promise<string> {
  const kept = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (kept !== null) return checked(kept, path);
  await writeNewFile(path, `${randomBytes(32).toString("base64url")}\n`);
  return metricsToken(path);
}

function checked(text: string, path: string): string {
  const token = text.trim();
  if (/^[\w-]{43}$/.test(token)) return token;
  throw new RightsError("state-damaged", `${path} is damaged; remove it, and the next start makes another`);
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compares in the same time whatever is wrong. */
export const isBearer = (authorization: string | undefined, token: string): boolean =>
  timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${token}`));
