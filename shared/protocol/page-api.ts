/** What the service and the pages it serves agree on: addresses, and as which client a page signs in. */

/** The client of the service's own pages at its OpenID provider. */
export const pageClientId = "sealwright-page";

export const viewerPath = "/view";

/** Where owners answer who asks for access to what is theirs. */
export const requestsPath = "/requests";

/** Where a sign-in comes back to, in a window of its own; it tells the page by this channel, and closes. */
export const signedInPath = "/view/signed-in";
export const signedInChannel = "sealwright-signed-in";

/** The frame that content is shown in: of no origin, and without a network. */
export const contentPath = "/view/content";
/** The same for PDFs, which take more program. */
export const pdfPath = "/view/pdf";

/** The add-in for Office: its pane, and the window of Office's own that people sign in in. */
export const addInPath = "/addin/";
export const taskPanePath = "/addin/taskpane";
/** In Outlook: beside a mail, and what is called while one is written and sent: a page, and the same as a script alone. */
export const mailPanePath = "/addin/mail";
export const mailEventsPath = "/addin/events";
export const mailEventsScriptPath = "/addin/events.js";
/** Where that window begins, and where it comes back to: it tells the pane through Office. */
export const officeSignInPath = "/addin/sign-in";
export const officeSignedInPath = "/addin/signed-in";

/** Says in a page where the agents of the organisation listen: their ports, with spaces between them. */
export const agentPortsMeta = "sealwright-agent-ports";

/** What makes the viewer an app that can be installed: who it is, and the worker that keeps its code. */
export const manifestPath = "/view/manifest.webmanifest";
export const shellWorkerPath = "/view/worker.js";
/** Where other apps send files. The worker takes them; none ever reaches the service. */
export const sharePath = "/view/share";
/** The field of that form, and how the page is told that something waits for it. */
export const sharedField = "file";
export const sharedMark = "#shared";

/** Scripts of the frames that belong to a page, by their names: others would be of another build. */
export const framesMeta = "sealwright-frames";

/** What the service puts in front of the worker's program. */
export interface Shell {
  /** Another one for every build. */
  readonly name: string;
  /** Paths of all that the page needs to start. */
  readonly files: readonly string[];
}

/** In front of the name of every script and style. */
export const assetPath = "/view/assets/";
