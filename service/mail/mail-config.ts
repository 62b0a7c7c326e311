import { isAbsolute } from "node:path";
import * as z from "zod";
import { languages } from "../../shared/language.js";
import { isMailable } from "../../shared/mail-line.js";
import { isLoopback } from "../loopback.js";

/** How the service sends mail: `smtp`, or `folder`, and one of them. */
export const MailConfig = z
  .strictObject({
    /** The address mails come from. */
    from: z.string().refine(isMailable, "must be a mail address"),
    /** For people who have not said which language they read. Optional, default `en`. */
    language: z.enum(languages).default("en"),
    /** The server that takes the mails. */
    smtp: z
      .strictObject({
        host: z.string().min(1).max(253),
        /** Optional, default 587. */
        port: z.int().min(1).max(65_535).default(587),
        /**
         * `starttls`: it begins in clear, and nothing is said before it is encrypted. `implicit`: encrypted from the first byte, as
         * on port 465. `none`: on this computer only. Optional, default `starttls`.
         */
        tls: z.enum(["starttls", "implicit", "none"]).default("starttls"),
        /** Absolute path of the certificates that sign the server's, PEM. Optional: those the system knows. */
        caFile: z.string().refine(isAbsolute, "must be an absolute path").optional(),
        /** With `passwordFile`. Optional: nobody signs in there. */
        user: z.string().min(1).max(256).optional(),
        /** Absolute path of the file that holds the password; its first line counts. */
        passwordFile: z.string().refine(isAbsolute, "must be an absolute path").optional(),
      })
      .refine(({ tls, host }) => tls !== "none" || isLoopback(host), {
        path: ["tls"],
        message: "may be none on this computer only",
      })
      .refine(({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined), {
        path: ["user"],
        message: "and passwordFile belong together",
      })
      .optional(),
    /** Absolute path of a folder where each mail becomes a file that another program sends, or that is looked at. */
    folder: z.string().refine(isAbsolute, "must be an absolute path").optional(),
  })
  .refine(({ smtp, folder }) => (smtp === undefined) !== (folder === undefined), "is by smtp, or into a folder");

export type MailConfig = z.infer<typeof MailConfig>;
export type SmtpConfig = NonNullable<MailConfig["smtp"]>;
