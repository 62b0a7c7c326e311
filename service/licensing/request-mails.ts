import { minuteMs } from "../../shared/time.js";
import type { Directory, Person } from "../directory/directory.js";
import { requestLetter } from "../mail/letters.js";
import type { Mailer } from "../mail/mailer.js";
import { RateLimit } from "../rate-limit.js";
import type { AccessRequestSummary } from "../store/access-requests.js";
import type { Store } from "../store/store.js";
import { isTheirs } from "./identity-at.js";

export interface RequestMailsOptions {
  mailer: Pick<Mailer, "post" | "language">;
  store: Pick<Store, "accessRequests">;
  directory: Directory;
  /** Where owners answer; `null` where there are no pages. */
  page: URL | null;
  /** Hears what went wrong. */
  failed(cause: unknown): void;
  now: () => number;
  /** How long after one mail about a document the next may follow, in ms. Half an hour unless told. */
  quietMs?: number;
}

/** About one document no less often than this, however many go on asking, in ms. */
const maxQuietMs = 24 * 60 * minuteMs;
/** Documents about which nothing is to be mailed at the moment; of more than these nothing is mailed at all. */
const maxDocuments = 10_000;
/** Mails to one owner about all documents: twenty at once, then one every ten minutes. */
const perOwner = { burst: 20, perSecond: 1 / 600 };
/** Of those who ask, so many are named in one mail. */
const maxNamed = 5;

type Document = Pick<AccessRequestSummary, "family" | "issuer">;

/** After a mail about a document. */
interface Quiet {
  readonly lastsMs: number;
  /** Somebody asked since. */
  isAsked: boolean;
  readonly timer: NodeJS.Timeout;
}

/**
 * Tells owners that somebody asks. Who asks about the same document soon after comes with the next mail, and each wait is
 * twice as long as the one before, until nobody has asked for as long. What it remembers ends with the process: the requests
 * themselves are in the store.
 */
export class RequestMails {
  readonly #options: RequestMailsOptions;
  readonly #quiet = new Map<string, Quiet>();
  readonly #byOwner: RateLimit;

  constructor(options: RequestMailsOptions) {
    this.#options = options;
    this.#byOwner = new RateLimit({ ...perOwner, now: options.now });
  }

  /** Returns at once: who asks learns nothing by how long it takes. */
  asked({ family, issuer }: Document): void {
    const known = this.#quiet.get(keyOf({ family, issuer }));
    if (known) known.isAsked = true;
    else if (this.#quiet.size < maxDocuments)
      this.#mailAndWait({ family, issuer }, this.#options.quietMs ?? 30 * minuteMs);
  }

  close(): void {
    for (const { timer } of this.#quiet.values()) clearTimeout(timer);
    this.#quiet.clear();
  }

  #mailAndWait(document: Document, lastsMs: number): void {
    const timer = setTimeout(() => this.#goOn(document), lastsMs).unref();
    this.#quiet.set(keyOf(document), { lastsMs, isAsked: false, timer });
    this.#mail(document).catch(this.#options.failed);
  }

  #goOn(document: Document): void {
    const { isAsked, lastsMs } = this.#quiet.get(keyOf(document))!;
    if (isAsked) this.#mailAndWait(document, Math.min(2 * lastsMs, maxQuietMs));
    else this.#quiet.delete(keyOf(document));
  }

  async #mail({ family, issuer }: Document): Promise<void> {
    const { mailer, store, directory, page } = this.#options;
    const rows = await store.accessRequests.waitingAbout(family, issuer, maxNamed + 1);
    const owner = rows.length === 0 ? null : await whoAnswers(rows[0]!, directory);
    if (owner === null || !this.#byOwner.take(owner.subject)) return;
    const askers = await Promise.all(rows.slice(0, maxNamed).map((row) => askerOf(row, directory)));
    const file = rows[0]!.document;
    const more = rows.length > maxNamed;
    mailer.post(requestLetter({ to: owner.address, language: mailer.language, askers, more, file, page }));
  }
}

const keyOf = ({ family, issuer }: Document): string => `${family} ${issuer}`;

/** The owner, or else who protected it; nobody outside the directory, whatever address a policy has. */
async function whoAnswers(
  { owner, issuer, issued }: AccessRequestSummary,
  directory: Directory,
): Promise<Person | null> {
  const person = await directory.findByAddress(owner);
  if (person !== null && isTheirs(person, owner, issued)) return person;
  return directory.findBySubject(issuer);
}

async function askerOf({ person, reason }: AccessRequestSummary, directory: Directory) {
  const who = await directory.findBySubject(person);
  return { name: who?.name ?? "", address: who?.address ?? "", reason };
}
