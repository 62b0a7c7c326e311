import { createTransport } from "nodemailer";
import { RightsError } from "../../shared/errors.js";
import { type MailServer, parseMailPlace } from "./mail-server.js";

/** Who is to have it by what the server said. */
export interface Sent {
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
}

/**
 * Hands a mail to the mail server, once: what that does not take is not tried again.
 * @throws RightsError `mail-failed`: nobody gets it.
 */
export async function sendMail(raw: Buffer, to: readonly string[], server: MailServer): Promise<Sent> {
  const { host, port, tls, user } = parseMailPlace(server.url);
  const transport = createTransport({
    host,
    port,
    secure: tls === "implicit",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    tls: { minVersion: "TLSv1.2" },
    ...(user === null ? {} : { auth: { user, pass: server.password ?? "" } }),
    ...{ dnsTimeout: 10_000, connectionTimeout: 20_000, greetingTimeout: 20_000, socketTimeout: 120_000 },
  });
  try {
    const { rejected = [] } = await transport.sendMail({ envelope: { from: server.from, to: [...to] }, raw });
    const refused = rejected.map(String);
    return { accepted: to.filter((one) => !refused.includes(one)), refused };
  } catch (cause) {
    throw new RightsError("mail-failed", `nothing was mailed: ${reasonOf(cause, host)}`, { cause });
  } finally {
    transport.close();
  }
}

/** A mail server's own words are meant for people, too, but may be anything: only their code is shown. */
function reasonOf(cause: unknown, host: string): string {
  const { code = "", responseCode } = cause as { code?: string; responseCode?: number };
  if (code === "EAUTH") return `${host} does not take the name and password; set them again with: seal mail set`;
  if (code === "EENVELOPE") return `${host} takes mail for none of them (${responseCode ?? "refused"})`;
  if (responseCode !== undefined) return `${host} refused it (${responseCode})`;
  return `${host} cannot be reached; try again, or make a draft with --draft`;
}
