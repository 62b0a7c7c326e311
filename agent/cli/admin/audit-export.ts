import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { extname } from "node:path";
import { pipeline } from "node:stream/promises";
import { RightsError } from "../../../shared/errors.js";
import { oneLine } from "../../../shared/one-line.js";
import type { AuditEntry } from "../../../shared/protocol/audit-api.js";
import { systemCode } from "../../work/file-errors.js";
import { exits } from "../exit.js";
import { endOnClosedOutput, say, shown } from "../say.js";
import { csvHeader, csvLine } from "./audit-csv.js";
import { type AuditChoice, filterFrom, pagesOf } from "./audit-pages.js";
import { openAdmin } from "./session.js";

export interface ExportOptions extends AuditChoice {
  format?: "csv" | "jsonl";
}

/** `seal admin audit export`: the oldest first, each record a line, however many there are. */
export async function exportAudit(path: string, { format, ...choice }: ExportOptions): Promise<number> {
  const filter = filterFrom(choice);
  const as = format ?? (extname(path).toLowerCase() === ".csv" ? "csv" : "jsonl");
  const admin = await openAdmin();
  let [seen, count] = [0, 0];
  async function* lines(): AsyncGenerator<string> {
    if (as === "csv") yield csvHeader;
    for await (const { records } of pagesOf(admin, { ...filter, order: "oldest", purpose: "export" }, () => 1e15)) {
      seen = records.at(-1)?.seq ?? seen;
      count += records.length;
      yield records.map(as === "csv" ? csvLine : jsonLine).join("");
    }
  }
  if (path === "-") await pipeline(lines(), process.stdout, { end: false }).catch(endOnClosed);
  else await writeNew(path, lines());
  say(count === 0 ? "there are no such records" : `${count} records, the last is ${seen}`);
  return exits.done;
}

const jsonLine = (record: AuditEntry): string => `${oneLine(JSON.stringify(record))}\n`;

function endOnClosed(error: unknown): never {
  endOnClosedOutput(error);
  throw error;
}

/** For its owner alone; what was begun and not finished is not left to be taken for the whole. */
async function writeNew(path: string, lines: AsyncGenerator<string>): Promise<void> {
  const file = createWriteStream(path, { flags: "wx", mode: 0o600, flush: true });
  try {
    await pipeline(lines, file);
  } catch (cause) {
    if (systemCode(cause) === "EEXIST")
      throw new RightsError("file-unwritable", `${shown(path)} is there already; name a new file`, { cause });
    await rm(path, { force: true });
    if (cause instanceof RightsError) throw cause;
    throw new RightsError("file-unwritable", `${shown(path)} cannot be written`, { cause });
  }
}
