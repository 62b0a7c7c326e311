import { hasDisplay, openPage } from "../agree/open-page.js";
import { Failures } from "./failures.js";
import { Jobs } from "./jobs.js";
import { announce, fingerprintOf, openCertificate, readLinkSettings, withdraw } from "./link-files.js";
import type { LinkParts } from "./link-parts.js";
import { LocalPages } from "./local-pages.js";
import { MadeHere } from "./made-here.js";
import { type CodeState, type PairingCode, PairingCodes } from "./pairing-code.js";
import { type Question, Questions } from "./questions.js";
import { LinkServer } from "./server.js";

/** What a running link can be asked by the command line. */
export interface Link {
  readonly port: number;
  /** A code for any page that may pair. */
  newCode(): PairingCode;
  codeState(code: string): CodeState;
  questions(): Question[];
  answer(id: string, allowed: boolean): boolean;
  /** A pairing was removed: its page is heard no more. */
  endPairing(id: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Listens for pages. Those of the service the person is signed in to may pair, and those that `link.json` names.
 * @throws RightsError `busy` (every port is taken), `config-invalid`.
 */
export async function openLink(parts: LinkParts): Promise<Link> {
  const { home } = parts;
  const settings = await readLinkSettings(home);
  const certificate = await openCertificate(home);
  const questions: Questions = new Questions((question) => void showPage({ question: question.id }));
  const pages = new LocalPages(questions);
  const codes = new PairingCodes();
  const jobs = new Jobs(home);
  const showPage = (shown: Parameters<LocalPages["show"]>[0]) => show(pages, shown).catch(() => undefined);
  const showCode = (origin: string) => {
    if (canShow()) void showPage({ code: codes.open(origin) });
  };
  const server = new LinkServer({
    certificate,
    desk: { parts, jobs, questions, made: new MadeHere(), codes, failures: new Failures(), showCode },
    origins: followed(parts, settings.origins),
    pages: settings.pages,
    ports: settings.ports,
  });
  const port = await server.listen();
  await announce(home, { port, pid: process.pid, fingerprint: fingerprintOf(certificate.certificate) });
  return {
    port,
    newCode: () => codes.open(null),
    codeState: (code) => codes.stateOf(code),
    questions: () => questions.list(),
    answer: (id, allowed) => questions.answer(id, allowed),
    async endPairing(id) {
      server.endPairing(id);
      await jobs.drop(id);
    },
    async close() {
      await withdraw(home);
      await server.close();
      await jobs.close();
      pages.close();
    },
  };
}

/** So old may the list be: whoever knocks makes the agent look, and may do so often. */
const originsMs = 1000;

/** The service's own pages, and others that are named. Nobody is signed in: the service of who was. */
function followed(parts: LinkParts, others: readonly string[]): () => Promise<readonly string[]> {
  let [looking, sinceMs] = [Promise.resolve<readonly string[]>(others), Number.NEGATIVE_INFINITY];
  const look = async () => {
    const { info } = await parts.signedIn().catch(() => parts.account());
    return [new URL(info.service).origin, ...others];
  };
  return () => {
    const now = performance.now();
    if (now - sinceMs >= originsMs) [looking, sinceMs] = [look(), now];
    return looking;
  };
}

const canShow = (): boolean => hasDisplay(process.env, process.platform);

/** In the person's own browser; without one there is the terminal (`seal pair`). */
async function show(pages: LocalPages, shown: Parameters<LocalPages["show"]>[0]): Promise<void> {
  if (canShow()) openPage(await pages.show(shown), process.env, process.platform, () => undefined);
}
