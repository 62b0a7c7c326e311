import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";

export interface CaughtMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came. */
  readonly raw: string;
  /** Unfolded, as they came. */
  readonly headers: readonly string[];
  readonly isEncrypted: boolean;
}

/** A real mail server on this computer that keeps what it takes. */
export interface SmtpCatcher {
  readonly port: number;
  readonly mails: CaughtMail[];
  /** Names and passwords it was told. */
  readonly logins: string[];
  close(): Promise<void>;
}

/** What one test needs: it ends with it. */
export async function smtpCatcher(options: SMTPServerOptions = {}): Promise<SmtpCatcher> {
  const catcher = await openSmtpCatcher(options);
  onTestFinished(() => catcher.close());
  return catcher;
}

export async function openSmtpCatcher(options: SMTPServerOptions = {}): Promise<SmtpCatcher> {
  const mails: CaughtMail[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    ...options,
    onAuth({ username, password }, _session, done) {
      logins.push(`${username} ${password}`);
      done(null, { user: username });
    },
    async onData(stream, { envelope, secure }, done) {
      const pieces: Buffer[] = [];
      for await (const piece of stream) pieces.push(piece);
      const raw = Buffer.concat(pieces).toString("utf8");
      const headers = raw
        .split("\r\n\r\n", 1)[0]!
        .replace(/\r\n[ \t]+/g, " ")
        .split("\r\n");
      const from = envelope.mailFrom ? envelope.mailFrom.address : "";
      mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw, headers, isEncrypted: secure });
      done();
    },
  });
  server.on("error", () => {}); // clients that break off
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port: (server.server.address() as AddressInfo).port, mails, logins, close };
}

/** The text of a mail, as a person reads it. */
export function textIn({ raw }: Pick<CaughtMail, "raw">, type: "plain" | "html" = "plain"): string {
  const lines = raw.replaceAll("\r\n", "\n");
  const part = lines.split(/\n--[^\n]+\n?/).find((one) => one.startsWith(`Content-Type: text/${type}`));
  const [head, body] = split(part ?? lines);
  if (/^Content-Transfer-Encoding: base64$/im.test(head)) return Buffer.from(body, "base64").toString("utf8");
  if (!/^Content-Transfer-Encoding: quoted-printable$/im.test(head)) return body;
  const bytes = body
    .replace(/=\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function split(part: string): [string, string] {
  const at = part.indexOf("\n\n");
  return [part.slice(0, at), part.slice(at + 2)];
}
