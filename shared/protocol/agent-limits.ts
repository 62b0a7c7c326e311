/** What both ends of the agent's link hold to (docs/agent-link.md). Sizes in bytes, times in ms. */

/** Raised when an older page or agent could misread a message of the other. */
export const linkProtocol = 1;

/** The first of these that is free is where the agent listens. */
export const linkPorts = [47443, 47444, 47445] as const;

/** One JSON message; a policy of one's own with a thousand names fits. */
export const maxMessageBytes = 256 * 1024;
/** Content in one slice, either way: what Office gives at once. */
export const maxSliceBytes = 4 * 1024 * 1024;
/** One document. */
export const maxContentBytes = 2 ** 31;
/** An agent works on so many documents of one page at once. */
export const maxJobsOfPairing = 4;
/** How long a job waits for a page that dropped its connection, and a result for being fetched. */
export const jobKeptMs = 10 * 60_000;

export const nonceBytes = 32;
export const keyBytes = 32;
export const saltBytes = 16;
/** Names a job: nobody guesses it. */
export const jobIdBytes = 24;
