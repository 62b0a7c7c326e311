import { createWriteStream } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { RightsError } from "../../shared/errors.js";
import { clearName } from "../../shared/format/kind.js";
import { consume } from "../../shared/protect.js";
import { holds } from "../../shared/rights.js";
import { type Document, isGeneric, requireRight, withDocument } from "../document.js";
import { isOpenSomewhere } from "../session/in-use.js";
import { launch } from "../session/launch.js";
import { erase, eraseAbandoned, makePrivateFolder } from "../session/private-folder.js";
import { exits } from "./exit.js";
import { accessTo } from "./read.js";
import { say, shown } from "./say.js";
import { openSession, type Session } from "./session.js";

/** A program that was only asked to open the file needs a moment until it has it open. */
const graceMs = 8000;

/** `seal open`: the content in a private folder, shown by the user's own program, erased once that has let go of it. */
export async function open(path: string): Promise<number> {
  const session = await openSession();
  await eraseAbandoned(session.home);
  const folder = await makePrivateFolder(session.home);
  try {
    const clear = await withDocument(path, (document) => decryptInto(folder, document, session));
    say(`${shown(path)} is open; changes to this copy are not kept`);
    await launch(clear);
    await waitUntilLetGo(clear);
  } finally {
    await erase(folder);
  }
  return exits.done;
}

async function decryptInto(folder: string, document: Document, session: Session): Promise<string> {
  const granted = await accessTo(session, document);
  const { rights, terms } = granted.use;
  requireRight(rights, "VIEW", terms.author.address, "open this file");
  if (!isGeneric(document.path) && !holds(rights, "EXPORT"))
    throw new RightsError(
      "viewer-needed",
      `you may look at ${basename(document.path)}, but only in a viewer that keeps its rules, and there is none on this computer`,
    );
  const access = { ...granted, trust: session.account.trust };
  const { all } = await consume(document.file.region, access, session.engine);
  const clear = join(folder, clearName(basename(document.path), document.file.header.extension));
  await pipeline(Readable.from(all()), createWriteStream(clear, { flags: "wx", mode: 0o600 }));
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
