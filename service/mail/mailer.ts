import { readFile } from "node:fs/promises";
import { createTransport, type SendMailOptions } from "nodemailer";
import { RightsError } from "../../shared/errors.js";
import type { Language } from "../../shared/language.js";
import { isMailable } from "../../shared/mail-line.js";
import { htmlOf, type Letter, subjectOf, textOf } from "./letter.js";
import type { MailConfig, SmtpConfig } from "./mail-config.js";
import { MailFolder } from "./mail-folder.js";

/** Mails on their way at once; more are not sent. */
const maxUnderWay = 50;
const maxSecretBytes = 4096;

/** Hands over a composed mail; whoever is asked too slowly is given up. */
interface Carrier {
  carry(mail: SendMailOptions): Promise<void>;
}

export interface MailerOptions {
  /** Shown as who the mails are from. */
  organisation: string;
  /** Hears that something was not sent, and why. */
  failed(cause: unknown): void;
  now: () => number;
  /** How long one mail may take, in ms. 30 seconds unless told. */
  withinMs?: number;
}

/**
 * Sends mails. There is no queue: what the server does not take now is not sent, and whoever waits for it asks again. Of
 * what strangers chose nothing reaches a header but as a part of one line.
 */
export class Mailer {
  /** For people who have not said which language they read. */
  readonly language: Language;
  readonly #from: string;
  readonly #carrier: Carrier;
  readonly #options: MailerOptions;
  readonly #underWay = new Set<Promise<void>>();

  private constructor({ from, language }: MailConfig, carrier: Carrier, options: MailerOptions) {
    this.language = language;
    this.#from = from;
    this.#carrier = carrier;
    this.#options = options;
  }

  /** @throws RightsError file-missing, config-invalid for a password or certificate that cannot be read. */
  static async open(config: MailConfig, options: MailerOptions): Promise<Mailer> {
    const { smtp, folder } = config;
    const carrier = smtp ? await smtpCarrier(smtp) : await MailFolder.open(folder!, options.now);
    return new Mailer(config, carrier, options);
  }

  /** Begins to send, and returns at once: how long that takes, and whether it works, is nobody's business but the log's. */
  post(letter: Letter): void {
    const isFull = this.#underWay.size >= maxUnderWay;
    const sending = (isFull ? Promise.reject(new Error("too many mails at once")) : this.#send(letter))
      .catch((error) => this.#options.failed(error))
      .finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #send(letter: Letter): Promise<void> {
    if (!isMailable(letter.to)) throw new RightsError("address-malformed", "mail cannot be sent to such an address");
    const mail: SendMailOptions = {
      from: { name: this.#options.organisation, address: this.#from },
      to: { name: "", address: letter.to },
      // said by itself, so that nothing is read out of a header
      envelope: { from: this.#from, to: [letter.to] },
      subject: subjectOf(letter),
      text: textOf(letter),
      html: htmlOf(letter),
      date: new Date(this.#options.now()),
      headers: { "Auto-Submitted": "auto-generated", "Content-Language": letter.language },
      disableFileAccess: true,
      disableUrlAccess: true,
    };
    await within(this.#options.withinMs ?? 30_000, this.#carrier.carry(mail));
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RightsError("service-unreachable", "the mail server takes too long")), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function smtpCarrier({ host, port, tls, caFile, user, passwordFile }: SmtpConfig): Promise<Carrier> {
  const ca = caFile === undefined ? undefined : await readSmall(caFile, 1024 * 1024);
  const pass = passwordFile === undefined ? "" : (await readSmall(passwordFile, maxSecretBytes)).split(/\r?\n/, 1)[0];
  const transport = createTransport({
    host,
    port,
    secure: tls === "implicit",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    tls: { minVersion: "TLSv1.2", ca },
    auth: user === undefined ? undefined : { user, pass },
    ...{ dnsTimeout: 5000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 15_000 },
  });
  return {
    async carry(mail) {
      await transport.sendMail(mail);
    },
  };
}

async function readSmall(path: string, maxBytes: number): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === "ENOENT" ? "file-missing" : "config-invalid";
    throw new RightsError(code, `${path}, which the configuration of mail names, cannot be read`, { cause });
  });
  if (bytes.length > maxBytes) throw new RightsError("config-invalid", `${path} is too long for what mail needs`);
  return bytes.toString("utf8");
}
