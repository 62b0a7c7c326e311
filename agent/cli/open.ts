import { open as openFile } from "node:fs/promises";
import { join } from "node:path";
import { givingBack } from "../../shared/crypto/engine.js";
import { codeOf } from "../../shared/errors.js";
import { clearName } from "../../shared/format/kind.js";
import { consume } from "../../shared/protect.js";
import { holds } from "../../shared/rights.js";
import type { GrantedUse } from "../consume-license.js";
import { type Document, isGeneric, requireRight, withDocument } from "../document.js";
import { launch } from "../session/launch.js";
import { erase, eraseAbandoned, makePrivateFolder } from "../session/private-folder.js";
import { programFor } from "../session/program.js";
import { describe, describeUse, type Known, openKnown } from "./describe.js";
import { confinementHere, type Editing, type EditOptions, edit, openToEdit, settleLeft } from "./edit.js";
import { withPdfTwin } from "./pdf-twin.js";
import { accessTo } from "./read.js";
import { eachFile, type Told } from "./report.js";
import { say, shown } from "./say.js";
import { openSession, type Session } from "./session.js";
import { showInViewer } from "./show-in-viewer.js";

/**
 * `seal open`: with what its reader may do with it. Who may edit edits, and every save is protected; who may take the content
 * away gets it in their own program; who may only look looks at it in the viewer.
 */
export async function open(path: string, options: EditOptions): Promise<number> {
  const session = await openSession();
  const known = await openKnown(session.account);
  await eraseAbandoned(session.home);
  await settleLeft(session);
  return eachFile([path], options, async () => {
    const begun = await withDocument(path, (document) => begin(document, session, known, options));
    return "confinement" in begun ? edit(begun, session, options) : begun;
  });
}

/** Shows the document, or gets it ready to be edited: that goes on once it is closed. */
async function begin(
  document: Document,
  session: Session,
  known: Known,
  options: EditOptions,
): Promise<Told | Editing> {
  const granted = await accessTo(session, document);
  const { rights, terms } = granted.use;
  requireRight(rights, "VIEW", terms.author.address, "open this file");
  const report = { ...(await describe(document, known)), ...describeUse(granted) };
  const isFree = isGeneric(document) || holds(rights, "EXPORT");
  if (holds(rights, "EDIT")) {
    const editing = await toEdit(document, granted, session, { isFree, with: options.with });
    if (typeof editing !== "string") return { ...editing, granted, report };
    say(`${shown(document.path)}: ${editing}; it is shown instead`);
  }
  if (isFree) await show(session, document, granted, options);
  else await look(session, document, granted);
  return { report, lines: [] };
}

/** In the viewer, which shows Office documents by their copies to look at. */
async function look(session: Session, document: Document, granted: GrantedUse): Promise<void> {
  const inViewer = (twin: Document, access: GrantedUse) => showInViewer(session, twin, access);
  const isOffice = document.file.container === "office";
  if (isOffice && (await withPdfTwin(document, granted, session, inViewer))) return;
  await inViewer(document, granted);
}

/**
 * Gets it ready for a program that edits it. @returns why there is none, for who may not take the content away: they can still
 * look. @throws RightsError `file-unsuitable` for others, who have no use for that, and for a program that was named.
 */
async function toEdit(
  document: Document,
  granted: GrantedUse,
  session: Session,
  { isFree, with: named }: { isFree: boolean; with: string | undefined },
): Promise<Pick<Editing, "document" | "program" | "confinement"> | string> {
  const confinement = isFree ? null : await confinementHere();
  if (!isFree && confinement === null) return "editing without the right EXPORT takes Linux and bubblewrap";
  const opened = await openToEdit(document, granted, session);
  try {
    return { document: opened, program: await programFor(opened.path, named), confinement };
  } catch (error) {
    await opened.close();
    if (isFree || named !== undefined || codeOf(error) !== "file-unsuitable") throw error;
    return "there is no program here to edit it with";
  }
}

async function show(session: Session, document: Document, granted: GrantedUse, options: EditOptions): Promise<void> {
  const folder = await makePrivateFolder(session.home);
  try {
    const clear = await decryptInto(folder, document, granted, session);
    const { command, inTerminal, mayHandOver } = await programFor(clear, options.with);
    say(`${shown(document.path)} is open to look at; you have not been given the right to change it`);
    await launch({ words: command(clear), path: clear, inTerminal, mayHandOver, isChanged: () => false }).closed;
  } finally {
    await erase(folder);
  }
}

async function decryptInto(folder: string, document: Document, granted: GrantedUse, session: Session): Promise<string> {
  const { all } = await consume(document.file, granted, session.engine);
  const clear = join(folder, clearName(document.name, granted.use.terms.ext));
  const file = await openFile(clear, "wx", 0o400);
  try {
    for await (const piece of givingBack(all(file.fd), session.engine.memory)) await file.writeFile(piece);
  } finally {
    await file.close();
  }
  return clear;
}
