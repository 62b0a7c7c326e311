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
/** Where that window begins, and where it comes back to: it tells the pane through Office. */
export const officeSignInPath = "/addin/sign-in";
export const officeSignedInPath = "/addin/signed-in";

/** In front of the name of every script and style. */
export const assetPath = "/view/assets/";
