import { basename } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { contentKind } from "../../shared/format/shown.js";
import { Assets } from "../../shared/node/pages/assets.js";
import { consume } from "../../shared/protect.js";
import type { LocalDocument } from "../../shared/protocol/local-viewer-api.js";
import { hasDisplay, openPage } from "../agree/open-page.js";
import type { GrantedUse } from "../consume-license.js";
import type { Document } from "../document.js";
import { ViewerServer } from "../session/viewer-server.js";
import { accessTo } from "./read.js";
import { say, shown } from "./say.js";
import type { Session } from "./session.js";

/** Beside the program itself, as the build lays it. */
const pages = new URL("./viewer/", import.meta.url);

/**
 * A file that its reader may only look at: in the browser, in a viewer that keeps to the rights, for as long as its page is
 * open. @throws RightsError `viewer-needed` where there is no browser, or no way to show such a file.
 */
export async function showInViewer(session: Session, document: Document, granted: GrantedUse): Promise<void> {
  const { env, platform } = process;
  const assets = await Assets.read(pages);
  const isShown = contentKind(granted.use.terms.ext) !== null;
  if (assets === null || !isShown || !hasDisplay(env, platform))
    throw viewerNeeded(session, document, granted, isShown);
  const content = await consume(document.file, granted, session.engine);
  const { organisation } = session.account.info;
  let latest: GrantedUse | null = granted;
  const now = async () => {
    const use =
      latest ?? (await accessTo(session, document, { fresh: true }).catch(keptUnlessRefused(session, document)));
    latest = null; // who asks again wants to know what is true by then
    return documentOf(session, document, use, content.size);
  };
  const ask = (reason: string) => session.account.service.askAccess(document.licenseBytes, reason);
  const server = new ViewerServer(assets, { organisation, content, document: now, ask });
  const failed = () => say("no browser could be started; set BROWSER to the one to use");
  try {
    openPage(await server.listen(), env, platform, failed);
    say(`${shown(document.path)} is open in the browser until its page is closed`);
    if (!(await server.untilLeft()))
      throw new RightsError("viewer-needed", "no browser came to show the file; set BROWSER to the one to use");
  } finally {
    server.close();
  }
}

/** While the service is away a license kept here still counts. */
const keptUnlessRefused = (session: Session, document: Document) => (error: unknown) => {
  if (error instanceof RightsError && error.code === "service-unreachable") return accessTo(session, document);
  throw error;
};

function documentOf({ account }: Session, document: Document, { use }: GrantedUse, size: number): LocalDocument {
  const { rights, terms, untilMs } = use;
  const { name, address } = account.info;
  return {
    name: document.name,
    size,
    rights: [...rights],
    terms,
    untilMs,
    nowMs: Date.now(),
    reader: { name, address },
  };
}

function viewerNeeded(
  { account: { info } }: Session,
  { path, file }: Document,
  { use: { terms } }: GrantedUse,
  isShown: boolean,
): RightsError {
  if (!isShown && file.container === "office")
    return new RightsError(
      "viewer-needed",
      `you may look at ${basename(path)} as its PDF copy only, and none lies beside it; ask ${terms.author.address} for one`,
    );
  const where = info.viewer === null || !isShown ? "and there is none here" : `choose it at ${info.viewer}`;
  return new RightsError(
    "viewer-needed",
    `you may look at ${basename(path)}, but only in a viewer that keeps its rules: ${where}`,
  );
}
