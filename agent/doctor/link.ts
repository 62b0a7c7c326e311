import { connect } from "node:tls";
import { dayMs } from "../../shared/time.js";
import { openAccount, whoIsSignedIn } from "../account.js";
import type { Home } from "../home.js";
import { endOf, fingerprintOf, readCertificate, whereIsLink } from "../link/link-files.js";
import { listPairings } from "../link/pairings.js";
import { PromisedDocuments } from "../link/promised.js";
import { type Check, note, well, wrong } from "./finding.js";

/** The way from pages, such as the add-in of Word, to the agent. */

const patienceMs = 3000;
const soonMs = 45 * dayMs;

/** The certificate that answers on a port of this computer; `null`: nothing does. */
const certificateAt = (port: number): Promise<string | null> =>
  new Promise((resolve) => {
    // whose it is, its fingerprint says: the authority may not be trusted here yet
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256 ?? null);
      socket.destroy();
    });
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on("error", () => resolve(null));
    socket.on("close", () => resolve(null));
  });

async function checkLink(home: Home) {
  const here = await whereIsLink(home);
  const certificate = await readCertificate(home, Date.now());
  if (here === null || certificate === null) return note("no page can reach the agent; it is not running");
  const answering = await certificateAt(here.port);
  if (answering === null) return note("no page can reach the agent; it was ended", "seal agent");
  if (answering !== fingerprintOf(certificate.certificate))
    return wrong(`another program has taken port ${here.port}`, "end it, then start the agent anew: seal agent");
  const until = endOf(certificate.certificate) ?? 0;
  const says = `pages reach the agent at https://localhost:${here.port}`;
  return until < Date.now() + soonMs
    ? note(
        `${says}; its certificate ends on ${new Date(until).toISOString().slice(0, 10)}`,
        "seal install, once it is made anew",
      )
    : well(says);
}

async function checkPairings(home: Home) {
  if ((await whoIsSignedIn(home)) === null) return null;
  const { length } = await listPairings(await openAccount(home));
  return length === 0 ? null : well(`${length} ${length === 1 ? "page" : "pages"}`);
}

/** Documents that a page was told are protected once they are closed. */
async function checkPromised(home: Home) {
  const all = await new PromisedDocuments(home).all();
  const lost = all.find(({ gaveUp }) => gaveUp !== undefined);
  if (lost !== undefined)
    return wrong(`${lost.path} is not protected as it was to be: ${lost.gaveUp}`, "seal protect FILE");
  const [first, ...more] = all;
  if (first === undefined) return null;
  const names = more.length === 0 ? first.path : `${first.path} and ${more.length} more`;
  return note(`protected once their program has closed them: ${names}`);
}

export const linkChecks = (home: Home): Check[] => [
  { name: "link", look: () => checkLink(home) },
  { name: "paired", look: () => checkPairings(home) },
  { name: "promised", look: () => checkPromised(home) },
];
