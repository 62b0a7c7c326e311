import "../browser/no-compiling.js";
import "./viewer.css";
import { readyMessage, sealedPageLimits, viewerPath } from "../shared/format/sealed-page/layout.js";
import { messagesOf } from "./messages.js";
import { letWait } from "./waiting-file.js";

/**
 * The window that a sealed page opens (docs/formats/sealed-page.md, "Handing over"). It takes one file from whoever opened it,
 * as if that had been chosen, and goes on to the viewer: that has no tie to the page any more.
 */

/** For the page to answer: who opened this window may be anybody, so that it is told nothing but this. */
const patienceMs = 20_000;
const maxNameChars = 255;

interface Handed {
  readonly name: string;
  readonly file: ArrayBuffer;
}

/** What a sealed page says, and nothing else. */
function handedIn(data: unknown): Handed | null {
  if (typeof data !== "object" || data === null) return null;
  const { sealwright, name, file } = data as Record<string, unknown>;
  if (sealwright !== 1 || typeof name !== "string" || !(file instanceof ArrayBuffer)) return null;
  const isFit = name.length <= maxNameChars && file.byteLength > 0 && file.byteLength <= sealedPageLimits.file;
  return isFit ? { name: name.replace(/[\p{C}\p{Zl}\p{Zp}/\\]/gu, "") || "file", file } : null;
}

/** The first file that the opener hands over; others may speak to this window too, and are not heard. */
const fileFrom = (opener: Window, signal: AbortSignal): Promise<Handed> =>
  new Promise((resolve, reject) => {
    const hear = ({ source, data }: MessageEvent) => {
      const handed = source === opener ? handedIn(data) : null;
      if (handed === null) return;
      removeEventListener("message", hear);
      resolve(handed);
    };
    signal.addEventListener("abort", () => {
      removeEventListener("message", hear);
      reject(signal.reason);
    });
    addEventListener("message", hear);
    opener.postMessage(readyMessage, "*");
  });

const say = messagesOf(document);
const [card, title] = ["main", "h1"].map((name) => document.createElement(name));
card!.className = "card";
title!.textContent = say.takingOver;
card!.append(title!);
document.body.append(card!);

/** Nothing came: the person goes on by hand. */
function tellNotTaken(): void {
  const [next, link] = [document.createElement("p"), document.createElement("a")];
  next.textContent = say.notTaken;
  next.setAttribute("role", "alert");
  link.className = "button primary";
  link.href = viewerPath;
  link.textContent = say.toViewer;
  title!.textContent = say.open;
  card!.append(next, link);
}

async function takeOver(): Promise<void> {
  const opener = window.opener as Window | null;
  if (opener === null) return location.replace(viewerPath);
  const { name, file } = await fileFrom(opener, AbortSignal.timeout(patienceMs));
  window.opener = null;
  location.replace(viewerPath + (await letWait(name, file)));
}

takeOver().catch(tellNotTaken);
