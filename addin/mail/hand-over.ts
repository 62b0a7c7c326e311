import { handOverPath, readyMessage } from "../../shared/format/sealed-page/layout.js";
import { blobOf } from "../file-content.js";
import type { NamedFile } from "../protector.js";

/** How long a window may take until it is ready, in ms. */
const patienceMs = 15_000;

/**
 * Gives a protected file to the viewer, in a window of its own, as a sealed page does (docs/formats/sealed-page.md): it goes
 * from window to window, and never to the service.
 */
export async function handOver({ name, content }: NamedFile): Promise<"handed" | "no-window"> {
  const opened = window.open(location.origin + handOverPath, "_blank");
  if (opened === null) return "no-window";
  const [file, isReady] = await Promise.all([blobOf(content).arrayBuffer(), ready(opened)]);
  if (!isReady) return "no-window";
  opened.postMessage({ sealwright: 1, name, file }, location.origin, [file]);
  return "handed";
}

/** Programs that are no browser open windows that have no tie to this one. */
function ready(opened: Window): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isReady: boolean) => {
      clearTimeout(timer);
      removeEventListener("message", hear);
      resolve(isReady);
    };
    const hear = ({ source, origin, data }: MessageEvent) => {
      if (source === opened && origin === location.origin && data === readyMessage) settle(true);
    };
    const timer = setTimeout(() => settle(false), patienceMs);
    addEventListener("message", hear);
  });
}
