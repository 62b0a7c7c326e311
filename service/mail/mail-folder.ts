import { randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createTransport, type SendMailOptions } from "nodemailer";
import { RightsError } from "../../shared/errors.js";
import { replaceFile } from "../private-files.js";

/** Mails that may lie there; somebody is to take them away. */
const maxFiles = 10_000;

/** Each mail becomes a file, whole once it has its name, `<time>-<random>.eml`; the names sort by time. */
export class MailFolder {
  readonly #folder: string;
  readonly #now: () => number;

  private constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  static async open(folder: string, now: () => number): Promise<MailFolder> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new MailFolder(folder, now);
  }

  async carry(mail: SendMailOptions): Promise<void> {
    if ((await readdir(this.#folder)).length >= maxFiles)
      throw new RightsError("file-unwritable", "the folder of mails is full; nobody takes them away");
    const composer = createTransport({ streamTransport: true, buffer: true, newline: "unix" });
    const { message } = await composer.sendMail(mail);
    const time = new Date(this.#now()).toISOString().replace(/[-:]/g, "").replace(/\..*/, "Z");
    await replaceFile(join(this.#folder, `${time}-${randomBytes(4).toString("hex")}.eml`), message as Buffer);
  }
}
