import { basename, resolve } from "node:path";
import { RightsError } from "../../shared/errors.js";
import type { GrantedUse } from "../consume-license.js";
import type { Document } from "../document.js";
import { sendNotes } from "../outbox.js";
import { programOnPath } from "../pdf/suite.js";
import { openProtector } from "../protector.js";
import { canConfine, confinedProgram, pathInside } from "../session/confined-program.js";
import { type EditEvent, type Edited, EditSession } from "../session/edit-session.js";
import { launch, type Running } from "../session/launch.js";
import type { Program } from "../session/program.js";
import { recoverEdits } from "../session/recover-edits.js";
import { type SettledFile, wordsOf } from "../session/settle-edit.js";
import { copiesOfEdited } from "./edited-copy.js";
import type { FileReport, ReportOptions, Told } from "./report.js";
import { say, shown } from "./say.js";
import { openHomeJournal, type Session } from "./session.js";

/** A document that is ready for its program. */
export interface Editing {
  readonly document: EditSession;
  readonly program: Program;
  readonly granted: GrantedUse;
  /** What it says of itself before anything is changed. */
  readonly report: FileReport;
  /** bubblewrap, for who may not take the content away; `null`: the program runs as any other. */
  readonly confinement: string | null;
}

export interface EditOptions extends ReportOptions {
  /** The program to open it with. */
  with?: string;
}

/** bubblewrap, where it can keep a program from everything else; `null` where nothing can. */
export async function confinementHere(): Promise<string | null> {
  const bubblewrap = process.platform === "linux" ? programOnPath("bwrap") : null;
  if (bubblewrap === null) return null;
  return (await canConfine({ bubblewrap, folder: "/usr", env: process.env })) ? bubblewrap : null;
}

/** What sessions before left: a command that was killed, changes that could not be protected then. */
export async function settleLeft(session: Session): Promise<void> {
  const left = await recoverEdits(await editorIn(session), { retryKept: true });
  sayOf(left);
  if (left.length > 0) await sendNotes(session.account);
}

function sayOf(files: readonly SettledFile[]): void {
  for (const words of files.map(wordsOf)) if (words !== null) say(shown(words));
}

async function editorIn({ account, engine, home }: Session) {
  return { account, protector: await openProtector(account, engine, await openHomeJournal(home)) };
}

/** Decrypts a document to be edited. */
export async function openToEdit(document: Document, granted: GrantedUse, session: Session): Promise<EditSession> {
  const editor = await editorIn(session);
  return EditSession.open(document, granted, editor, (event) => tell(event, document.path, granted));
}

/** Lets a program edit, and protects each save, until it has let go of the document. */
export async function edit(editing: Editing, session: Session, options: EditOptions): Promise<Told> {
  const { document } = editing;
  let edited: Edited;
  try {
    const running = await start(editing);
    const restore = endOnSignals(running);
    await document.run(running.closed).finally(restore);
  } finally {
    edited = await document.close();
  }
  sayOf(edited.others);
  if (edited.kept !== null) throw keptError(edited.kept, editing);
  await copiesOfEdited(edited, editing, session, options);
  await sendNotes(session.account);
  return toldOf(edited, editing);
}

async function start({ document, program, confinement, report }: Editing): Promise<Running> {
  const { path, note } = document;
  const { command, inTerminal, mayHandOver } = program;
  const words =
    confinement === null
      ? command(path)
      : confinedProgram(command(pathInside(path)), {
          bubblewrap: confinement,
          folder: note.record.folder,
          env: process.env,
        });
  const isChanged = () => document.isChanged;
  const running = launch({ words, path, inTerminal, mayHandOver: mayHandOver && confinement === null, isChanged });
  await note.change({ program: running.process });
  const where = confinement === null ? "" : ", in a program that reaches neither the network nor your other files";
  say(`${shown(report.path)} is open${where}; what you save is protected in its place`);
  return running;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Whoever ends us ends the program; what it saved is protected and erased all the same. @returns what undoes that. */
function endOnSignals(running: Running): () => void {
  const end = () => void running.end();
  for (const signal of signals) process.once(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

function tell(event: EditEvent, path: string, { use: { terms } }: GrantedUse): void {
  const name = shown(path);
  if (event.kind === "waiting") {
    say(`${name} cannot be saved now: ${shown(event.error.message)}`);
    return;
  }
  const { place, base, isStale, anew } = event.saved;
  const at = shown(basename(base.path));
  const sentences = {
    same: `${name} is saved and protected: edition ${base.number}`,
    conflict: `somebody else changed ${name} meanwhile; your changes are in ${at}`,
    gone:
      base.path === resolve(path)
        ? `${name} was moved or deleted meanwhile; it is there again, with your changes`
        : `${name} stays as it is; your changes are in ${at}`,
    beside: `what was saved last is not whole, so ${name} stays as it was before; the rest is in ${at}`,
  };
  say(sentences[place]);
  if (anew !== null) say(`who may open ${name} has become less, so it has a new key`);
  if (isStale)
    say(`who may open ${name} has become less: ask ${shown(terms.author.address)} to save it once, for a new key`);
}

const keptError = ({ code, message }: RightsError, { report }: Editing): RightsError =>
  new RightsError(
    code,
    `${message}; your last changes to ${shown(report.path)} are kept on this computer, sealed, and are saved to it as soon as that is possible`,
  );

function toldOf({ base, saves }: Edited, { report }: Editing): Told {
  const path = resolve(report.path) === base.path ? report.path : base.path;
  return { report: { ...report, path, edition: base.number }, more: { saves }, lines: [] };
}
