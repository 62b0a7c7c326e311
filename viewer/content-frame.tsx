import { useEffect, useRef } from "preact/hooks";
import { contentPath, pdfPath } from "../shared/protocol/page-api.js";
import type { Content } from "./opened.js";
import { fetchWorker } from "./pdf-resources.js";
import type { Start } from "./render/protocol.js";
import { ContentServer, type Hearing } from "./serve-content.js";

export interface ContentFrameProps {
  readonly start: Start;
  readonly content: Content;
  readonly hearing: Hearing;
  /** Is given the server of the frame, to send it what the reader wants. */
  readonly ready: (server: ContentServer) => void;
}

/** Content in a frame of its own, with no origin: only who may print gets one that can open the dialog for it. */
export function ContentFrame({ start, content, hearing, ready }: ContentFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const element = frame.current!;
    let server: ContentServer | null = null;
    let isGone = false;
    const fetching = start.kind === "pdf" ? fetchWorker() : null; // while the frame comes
    fetching?.catch(() => undefined);
    const loaded = async () => {
      const worker = fetching === null ? {} : { worker: await fetching };
      if (isGone) return;
      server = new ContentServer(element.contentWindow!, { ...start, ...worker }, content, hearing);
      ready(server);
    };
    const begin = () => void loaded().catch(hearing.failed);
    element.addEventListener("load", begin, { once: true });
    element.src = start.kind === "pdf" ? pdfPath : contentPath;
    return () => {
      isGone = true;
      element.removeEventListener("load", begin);
      server?.close();
    };
  }, [content]);
  const sandbox = start.may.print ? "allow-scripts allow-modals" : "allow-scripts";
  return <iframe ref={frame} title={start.name} sandbox={sandbox} referrerpolicy="no-referrer" />;
}
