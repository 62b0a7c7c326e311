import type { Label } from "../../shared/label.js";
import type { NearbyAgent } from "../nearby-agent.js";
import type { NamedFile } from "../protector.js";
import type { Trouble } from "../trouble.js";
import type { Mail } from "./mail.js";
import type { ReadersMay } from "./mail-label.js";
import type { MailSession } from "./session.js";

/** What the pane beside a mail is given. */
export interface ComposeParts {
  readonly mail: Mail;
  readonly agent: NearbyAgent;
  /** @param anew - as somebody else than this browser may know. */
  signIn(anew: boolean, signal: AbortSignal): Promise<MailSession>;
  /** After a person was told that the service's key is another one. */
  forgetKey(): void;
  deliver(file: NamedFile): void;
  /** Tells whenever attachments or recipients change. */
  watch(changed: () => Promise<void>): void;
  /** Whether a mail that was held back is to be finished here. */
  isToFinish(): Promise<boolean>;
  readonly language: string;
  readonly now: () => number;
}

export type ComposeState =
  | { readonly at: "starting" | "signed-out" | "signing-in" | "choosing" | "working" | "sent" }
  | { readonly at: "trouble"; readonly trouble: Trouble };

/** What is picked; nothing of it is done before the button is pressed. */
export interface MailChoice {
  readonly label: Label | null;
  readonly may: ReadersMay;
  readonly leavesPictures: boolean;
  readonly reason: string;
}

/** Why the button cannot be pressed. */
export type MailObstacle = "reason" | "nobody" | "no-address";
