import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { givingBack } from "../../shared/crypto/engine.js";
import { clearName } from "../../shared/format/kind.js";
import { consume } from "../../shared/protect.js";
import { holds } from "../../shared/rights.js";
import type { GrantedUse } from "../consume-license.js";
import { type Document, isGeneric, requireRight, withDocument } from "../document.js";
import { isOpenSomewhere } from "../session/in-use.js";
import { launch } from "../session/launch.js";
import { erase, eraseAbandoned, makePrivateFolder } from "../session/private-folder.js";
import { describe, describeUse, openKnown } from "./describe.js";
import { accessTo } from "./read.js";
import { eachFile, type ReportOptions } from "./report.js";
import { say, shown } from "./say.js";
import { openSession, type Session } from "./session.js";
import { showInViewer } from "./show-in-viewer.js";

/** A program that was only asked to open the file needs a moment until it has it open. */
const graceMs = 8000;

/** `seal open`: the content in a private folder, shown by the user's own program, erased once that has let go of it. */
export async function open(path: string, options: ReportOptions): Promise<number> {
  const session = await openSession();
  const known = await openKnown(session.account);
  await eraseAbandoned(session.home);
  return eachFile([path], options, () =>
    withDocument(path, async (document) => {
      const granted = await accessTo(session, document);
      requireRight(granted.use.rights, "VIEW", granted.use.terms.author.address, "open this file");
      if (isGeneric(document) || holds(granted.use.rights, "EXPORT")) await show(session, document, granted);
      else await showInViewer(session, document, granted);
      return { report: { ...(await describe(document, known)), ...describeUse(granted) }, lines: [] };
    }),
  );
}

async function show(session: Session, document: Document, granted: GrantedUse): Promise<void> {
  const folder = await makePrivateFolder(session.home);
  try {
    const clear = await decryptInto(folder, document, granted, session);
    say(`${shown(document.path)} is open; changes to this copy are not kept`);
    await launch(clear);
    await waitUntilLetGo(clear);
  } finally {
    await erase(folder);
  }
}

async function decryptInto(folder: string, document: Document, granted: GrantedUse, session: Session): Promise<string> {
  const { all } = await consume(document.file, granted, session.engine);
  const clear = join(folder, clearName(document.name, granted.use.terms.ext));
  await writeFile(clear, givingBack(all(), session.engine.memory), { flag: "wx", mode: 0o600 });
  return clear;
}

async function waitUntilLetGo(path: string): Promise<void> {
  if (process.platform !== "linux") return; // there the opener itself waits
  const started = Date.now();
  let isOpen = await isOpenSomewhere(path);
  while (isOpen || Date.now() - started < graceMs) {
    await sleep(500);
    const was = isOpen;
    isOpen = await isOpenSomewhere(path);
    if (was && !isOpen) return;
  }
}
