import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { utf8 } from "../../shared/bytes.js";
import { parseJson } from "../../shared/json.js";
import { Wanted } from "../../shared/protocol/agent-api.js";
import type { Home } from "../home.js";
import { isTemporary, readSmallFile, replaceSmallFile } from "../small-file.js";

/** A document that its person was told is protected once the program that has it open lets it go. */
const PromisedDocument = z.strictObject({
  v: z.literal(1),
  /** Links on the way resolved. */
  path: z.string().max(4096),
  /** Whose document it is: a promise ends with its person's sign-in. */
  subject: z.string().max(100),
  wanted: Wanted,
  reason: z.string().max(2000).nullable(),
  generic: z.boolean(),
  /** Why it never will be, where nobody was there to hear it: kept for `seal doctor` to say. */
  gaveUp: z.string().max(1000).optional(),
});
export type PromisedDocument = z.infer<typeof PromisedDocument>;

const maxBytes = 1 << 20;
const ending = ".json";

/** What was promised, kept where it survives the agent: a computer that is shut down closes programs and agent at once. */
export class PromisedDocuments {
  readonly #folder: string;
  /** Those somebody in this process waits for. */
  readonly #atWork = new Set<string>();

  constructor(home: Home) {
    this.#folder = join(home.link, "promised");
  }

  /** Durable when this returns. @returns what names it. @throws RightsError `disk-full`, `file-unwritable`. */
  async keep(document: Omit<PromisedDocument, "v">): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    this.#atWork.add(id);
    await replaceSmallFile(this.#placeOf(id), utf8(JSON.stringify({ v: 1, ...document })));
    return id;
  }

  /** It was done, or its person wants it no more. */
  async forget(id: string): Promise<void> {
    this.#atWork.delete(id);
    await rm(this.#placeOf(id), { force: true });
  }

  /** It is still to be done, by whoever comes next. */
  leave(id: string): void {
    this.#atWork.delete(id);
  }

  /** It will not be kept. @param why - a sentence for its person. */
  async giveUp(id: string, document: PromisedDocument, why: string): Promise<void> {
    await replaceSmallFile(this.#placeOf(id), utf8(JSON.stringify({ ...document, gaveUp: why.slice(0, 1000) })));
  }

  /** Those nobody waits for; what cannot be read is none, and goes. */
  async left(): Promise<[id: string, document: PromisedDocument][]> {
    const found: [string, PromisedDocument][] = [];
    for (const [id, document] of await this.#notes())
      if (document === null) await this.forget(id);
      else found.push([id, document]);
    return found;
  }

  /** The same, for who only looks. */
  async all(): Promise<PromisedDocument[]> {
    return (await this.#notes()).flatMap(([, document]) => document ?? []);
  }

  async #notes(): Promise<[id: string, document: PromisedDocument | null][]> {
    const names = await readdir(this.#folder).catch((): string[] => []);
    const ids = names.filter((name) => name.endsWith(ending) && !isTemporary(name));
    const free = ids.map((name) => name.slice(0, -ending.length)).filter((one) => !this.#atWork.has(one));
    return Promise.all(free.map(async (id) => [id, await this.#read(id)] as [string, PromisedDocument | null]));
  }

  async #read(id: string): Promise<PromisedDocument | null> {
    try {
      const bytes = await readSmallFile(this.#placeOf(id), maxBytes);
      return bytes === null ? null : PromisedDocument.parse(parseJson(bytes, "state-damaged"));
    } catch {
      return null;
    }
  }

  #placeOf(id: string): string {
    return join(this.#folder, `${id}${ending}`);
  }
}
