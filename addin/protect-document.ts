import { blobSource } from "../browser/blob-source.js";
import { codeOf, RightsError } from "../shared/errors.js";
import type { Label } from "../shared/label.js";
import type { TemplatePolicy } from "../shared/template.js";
import { type Form, fileName, type MarkKind, type OpenDocument, type Properties } from "./document.js";
import { changesBack, changesTo, marksOf } from "./label-properties.js";
import {
  type FileToCome,
  firstReady,
  type ProtectedBy,
  type ProtectedCopy,
  type Protector,
  type Wish,
} from "./protector.js";

/** What a person decided for the document they have open. */
export interface Order {
  readonly label: Label | null;
  /** `Confidential/Project`; `null` without a label. */
  readonly labelName: string | null;
  /** Who may do what; `null` where a label only marks. */
  readonly policy: TemplatePolicy | null;
  /** Why a more sensitive label went; `null` where nobody asked. */
  readonly reason: string | null;
  /** The label it has now, if it is one of those there are. */
  readonly before: Label | null;
}

/** What is needed for it. */
export interface Circumstances {
  readonly document: OpenDocument;
  readonly protectors: readonly Protector[];
  /** Where the document itself is to be protected; `null`: a copy of it. */
  readonly place: string | null;
  readonly tenant: string;
  /** Of the document's readers, for what is shown in it. */
  readonly language: string;
  /** What a document is called that was never saved. */
  readonly unsaved: string;
  readonly now: () => number;
  readonly progress: (step: Step, share: number) => void;
  readonly signal: AbortSignal;
}

export type Step = "labelling" | "reading" | "protecting";

/** What is true now. */
export interface Outcome {
  readonly label: Label | null;
  /** The protected copy; `null` where there is none to give. */
  readonly copy: ProtectedCopy | null;
  /** The document's own file, where that is protected. */
  readonly file: FileToCome | null;
  /** Whether a copy was made since the document's own file was not seen to be one that is open. */
  readonly wasRefused: boolean;
  readonly isSaved: boolean;
  readonly by: ProtectedBy | null;
  /** Office gave only its pages, so that the protected file is one to look at. */
  readonly pagesOnly: boolean;
  /** Whom the copy opens for besides its owner: addresses, `@` and domains. */
  readonly readers: readonly string[];
  /** Whether the document itself carries the label now. */
  readonly isLabelled: boolean;
  /** What of its marking is nowhere: this program has no way to show it, and nothing was protected that could have it. */
  readonly notShown: readonly MarkKind[];
  /** Brings the document back to how it was, and withdraws the protected file. @returns as withdrawing it does. */
  undo(): Promise<string | null>;
}

/**
 * Labels the open document, and protects it or a copy of it. The document stays open, and stays as it was when something
 * fails or the person cancels. @throws RightsError; what `signal` was aborted with.
 */
export async function protectDocument(order: Order, around: Circumstances): Promise<Outcome> {
  const { document, place, signal } = around;
  if (order.policy !== null && place === null) formOf(document);
  signal.throwIfAborted();
  const labelled = await label(order, around);
  try {
    signal.throwIfAborted();
    const made = order.policy === null ? nothingMade : await protect(order, order.policy, around);
    return outcomeOf(order, labelled, made);
  } catch (error) {
    await labelled.putBack().catch(() => undefined); // the reason why is the one to tell
    throw error;
  }
}

interface Labelled {
  readonly isLabelled: boolean;
  readonly notShown: readonly MarkKind[];
  putBack(): Promise<void>;
}

const untouched: Labelled = { isLabelled: false, notShown: [], putBack: async () => undefined };

/** Marking first: what of it is shown stands in the properties. */
async function label(order: Order, around: Circumstances): Promise<Labelled> {
  if (order.label === null) return untouched;
  const { document, progress } = around;
  progress("labelling", 0);
  const before = await document.properties();
  const putBack = () => labelBack(order, before, around);
  try {
    return { ...(await writeLabel(order, order.label, before, around)), putBack };
  } catch (error) {
    await putBack().catch(() => undefined);
    throw error;
  }
}

async function writeLabel(order: Order, label: Label, before: Properties | null, around: Circumstances) {
  const { document, tenant, now, language } = around;
  const marks = marksOf(label.marking, language);
  const wanted = Object.keys(marks) as MarkKind[];
  const hadMarks = Object.keys(marksOf(order.before?.marking, language)).length > 0;
  const shown = wanted.length === 0 && !hadMarks ? [] : await document.mark(marks);
  const isProtected = order.policy !== null;
  const reason = isProtected ? null : order.reason; // otherwise it is the service's to keep
  const name = order.labelName ?? label.id;
  const labelling = { label, name, tenant, isProtected, shown, reason, nowMs: now() };
  const isLabelled = before !== null && (await document.setProperties(changesTo(before, labelling)));
  return { isLabelled, notShown: wanted.filter((kind) => !shown.includes(kind)) };
}

async function labelBack(order: Order, before: Properties | null, around: Circumstances): Promise<void> {
  const { document, tenant, language } = around;
  const marks = marksOf(order.before?.marking, language);
  if (order.label?.marking !== undefined || Object.keys(marks).length > 0) await document.mark(marks);
  const now = await document.properties();
  if (before !== null && now !== null) await document.setProperties(changesBack(now, before, tenant));
}

/** What was protected, and by whom. */
type Made = Pick<Outcome, "copy" | "file" | "by" | "pagesOnly" | "wasRefused" | "isSaved">;

const nothingMade: Made = {
  copy: null,
  file: null,
  by: null,
  pagesOnly: false,
  wasRefused: false,
  isSaved: false,
};

async function protect(
  { label, labelName, reason }: Order,
  policy: TemplatePolicy,
  around: Circumstances,
): Promise<Made> {
  const wish = { name: fileName(around.document, around.unsaved), label, labelName, policy, reason };
  const protector = await firstReady(around.protectors);
  const file = await protectFile(protector, wish, around);
  if (file !== null) return { ...nothingMade, file, by: protector.by, isSaved: around.document.canSave };
  const made = await protectCopy(protector, wish, around);
  return { ...nothingMade, ...made, wasRefused: around.place !== null };
}

/** Saved once it is sure to be protected, so that what is protected is what stands in the window. `null`: it cannot be. */
async function protectFile(
  protector: Protector,
  wish: Wish,
  { document, place, progress, signal }: Circumstances,
): Promise<FileToCome | null> {
  if (place === null || protector.protectFile === undefined) return null;
  progress("protecting", 0);
  const file = await protector.protectFile(place, wish, signal).catch((error) => {
    if (codeOf(error) !== "path-refused") throw error;
    return null;
  });
  if (file === null || !document.canSave) return file;
  try {
    await document.save();
    signal.throwIfAborted();
    return file;
  } catch (error) {
    await file.cancel();
    throw error;
  }
}

async function protectCopy(protector: Protector, wish: Wish, { document, progress, signal }: Circumstances) {
  const form = formOf(document);
  progress("reading", 0);
  const content = await document.bytes(form, (share) => progress("reading", share), signal);
  signal.throwIfAborted();
  progress("protecting", 0);
  const copy = await protector.protect(
    { ...wish, form, content: blobSource(content) },
    (share) => progress("protecting", share),
    signal,
  );
  return { copy, by: protector.by, pagesOnly: form === "pdf" };
}

/** @throws RightsError `file-unsuitable`. */
function formOf({ forms: [form] }: OpenDocument): Form {
  if (form !== undefined) return form;
  throw new RightsError("file-unsuitable", "Office does not give this document to add-ins here");
}

function outcomeOf({ label, policy }: Order, { isLabelled, notShown, putBack }: Labelled, made: Made): Outcome {
  const { copy, file } = made;
  const undo = async () => {
    const lastUse = (await copy?.withdraw()) ?? null;
    await file?.cancel();
    await putBack();
    return lastUse;
  };
  const readers = copy === null && file === null ? [] : (policy?.grants.flatMap(({ who }) => who) ?? []);
  const isMarked = file !== null || (copy !== null && !made.pagesOnly); // whoever protects puts in all of it
  return { label, ...made, readers, isLabelled, notShown: isMarked ? [] : notShown, undo };
}
