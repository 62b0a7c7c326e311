import type { Bytes } from "../../shared/bytes.js";
import type { Engine } from "../../shared/crypto/engine.js";
import type { Account } from "../account.js";
import type { Home } from "../home.js";
import type { CurrentPolicy } from "../policy-cache.js";
import type { Original } from "../work/pdf-copy.js";
import type { Protector } from "../work/protect-file.js";
import type { PromisedDocuments } from "./promised.js";

/** What the link takes of the agent; who is signed in may change while it listens. */
export interface LinkParts {
  readonly home: Home;
  /** Of this program. */
  readonly version: string;
  readonly engine: Engine;
  readonly promised: PromisedDocuments;
  account(): Account;
  /** Who is signed in now, also where another process has just changed that. @throws RightsError `sign-in-needed`, `device-removed`. */
  signedIn(): Promise<Account>;
  /** So many bytes are to be protected soon, or some: what takes its time to begin begins now. */
  expect(bytes: number): void;
  /** Labels and templates, and what protects under them, as the service says now or said last. */
  forProtecting(): Promise<{ current: CurrentPolicy; protector: Protector; account: Account }>;
  /** The service is to hear of what was protected. */
  protected(license: Bytes): void;
  /** A copy to look at is to be made of a protected document, in its own time. */
  copyLater(original: Original, contentId: string): Promise<void>;
}
