import * as z from "zod";
import { type Bytes, fromBase64, toBase64, utf8 } from "../bytes.js";
import { type PublicKey, type Signer, sealContentKey } from "../crypto/keys.js";
import { RightsError } from "../errors.js";
import { isId } from "../ids.js";
import { parseJson } from "../json.js";
import { Extension, maxRights, Obligation, PolicyText } from "../policy.js";
import type { Right } from "../rights.js";
import {
  bracedId,
  datum,
  descriptor,
  enablingBits,
  issuedPrincipals,
  issuedTime,
  issuer,
  licenseBody,
  object,
  rangeTime,
  readDatum,
  readDescriptor,
  readDigestDatum,
  readEnablingBits,
  readId,
  readIssuedPrincipals,
  readIssuedTime,
  readIssuer,
  readRangeTime,
  readValidityTime,
  type TimeRange,
  validityTime,
} from "./fields.js";
import { ElementReader, malformed } from "./xml.js";
import { signDocument, type XrmlDocument } from "./xrml.js";

const type = "Content-License";

/** What a use license tells its reader besides the rights: names stand here, and nowhere in clear in the file. */
export const Terms = z.object({
  v: z.literal(1),
  time: z.string(),
  author: z.object({ address: z.string(), name: z.string() }),
  cipher: z.string(),
  ext: Extension,
  name: z.string().optional(),
  label: z.string().optional(),
  until: z.string().nullable(),
  offlineUntil: z.string().nullable(),
  texts: z.array(PolicyText).optional(),
  obligations: z.array(Obligation).optional(),
  /** When the rights were changed after sending, if they were. */
  amended: z.string().optional(),
});
export type Terms = z.infer<typeof Terms>;

/** One person's rights and the content key sealed to one of their devices. */
export interface UseLicense extends TimeRange {
  readonly document: XrmlDocument;
  readonly serial: string;
  readonly tenant: string;
  readonly contentId: string;
  readonly licenseDigest: Bytes;
  readonly issuerKey: PublicKey;
  readonly accountKey: PublicKey;
  readonly subject: string;
  readonly rights: readonly Right[];
  readonly sealedContentKey: Bytes;
  readonly terms: Terms;
  /** Whether it may be stored at all (offline days 0: no). */
  readonly mayStore: boolean;
}

export interface UseLicenseFields extends TimeRange {
  readonly serial: string;
  readonly tenant: string;
  readonly contentId: string;
  readonly licenseDigest: Bytes;
  readonly issuedMs: number;
  readonly rights: readonly Right[];
  readonly subject: string;
  readonly accountKey: PublicKey;
  readonly rawContentKey: Bytes;
  readonly terms: Terms;
  readonly mayStore: boolean;
}

const noCache = '<AUTHENTICATEDDATA id="APPSPECIFIC" name="NOLICCACHE">1</AUTHENTICATEDDATA>';

/** @param random.sealedContentKey - given only to repeat a worked example. @returns the document's text. */
export async function encodeUseLicense(
  fields: UseLicenseFields,
  signer: Signer,
  random: { sealedContentKey?: Bytes } = {},
): Promise<string> {
  const { tenant, fromMs, untilMs, accountKey } = fields;
  const sealed = random.sealedContentKey ?? (await sealContentKey(fields.rawContentKey, accountKey));
  const access = `<ACCESS><PRINCIPAL internal-id="1">${enablingBits(sealed)}</PRINCIPAL></ACCESS>`;
  const right = (name: Right, at: number) =>
    `<RIGHT name="${name}">${at === 0 ? access : ""}${rangeTime(fromMs, untilMs)}</RIGHT>`;
  const person = { kind: "person", subject: fields.subject } as const;
  const body = licenseBody(
    issuedTime(fields.issuedMs) +
      validityTime(fromMs, untilMs) +
      descriptor(type, fields.serial) +
      issuer({ kind: "tenant", tenant }, signer.publicKey) +
      issuedPrincipals(person, accountKey, tenant) +
      `<WORK>${object("Microsoft Office Document", bracedId(fields.contentId))}<RIGHTSGROUP name="Main-Rights">` +
      `<RIGHTSLIST>${fields.rights.map(right).join("")}</RIGHTSLIST></RIGHTSGROUP></WORK>` +
      datum("license", toBase64(fields.licenseDigest)) +
      datum("terms", toBase64(utf8(JSON.stringify(fields.terms)))) +
      (fields.mayStore ? "" : noCache),
  );
  return signDocument(body, signer, true);
}

/** The form of a use license. @throws RightsError `license-malformed`, also for any other type of document. */
export async function parseUseLicense(document: XrmlDocument): Promise<UseLicense> {
  const body = new ElementReader(document.root, "BODY", { type: "LICENSE", version: "3.0" });
  readIssuedTime(body);
  const validity = readValidityTime(body);
  const serial = readDescriptor(body, type);
  const by = await readIssuer(body);
  const to = await readIssuedPrincipals(body, false);
  const work = readWork(body, to.key);
  const licenseDigest = readDigestDatum(body, "license");
  const terms = parseTerms(readDatum(body, "terms"));
  const mayStore = body.optional("AUTHENTICATEDDATA", { id: "APPSPECIFIC", name: "NOLICCACHE" })?.ownText() !== "1";
  body.end();
  if (by.principal.kind !== "tenant" || by.principal.tenant !== to.tenant) throw malformed("two tenants that differ");
  if (to.principal.kind !== "person" || !isId(to.principal.subject)) throw malformed("it is not a person's");
  if (work.fromMs !== validity.fromMs || work.untilMs !== validity.untilMs)
    throw malformed("two validities that differ");
  const { subject } = to.principal;
  const keys = { issuerKey: by.key, accountKey: to.key };
  return { document, serial, tenant: to.tenant, subject, licenseDigest, terms, mayStore, ...keys, ...work };
}

/** Content id, rights with their one time range, and the sealed key, which stands in the first right only. */
function readWork(body: ElementReader, accountKey: PublicKey) {
  const work = body.child("WORK");
  const named = work.child("OBJECT", { type: "Microsoft Office Document" });
  const contentId = readId(named);
  const group = work.child("RIGHTSGROUP", { name: "Main-Rights" });
  const list = group.child("RIGHTSLIST");
  const first = list.child("RIGHT", { name: null });
  const access = first.child("ACCESS");
  const principal = access.child("PRINCIPAL", { "internal-id": "1" });
  const sealedContentKey = readEnablingBits(principal, accountKey);
  const range = readRangeTime(first);
  const rights = [first.attribute("name"), ...readFurtherRights(list, range)];
  for (const part of [named, principal, access, first, list, group, work]) part.end();
  if (new Set(rights).size !== rights.length || !rights.every((name) => /^[A-Z][A-Z0-9]{0,39}$/.test(name)))
    throw malformed("its rights are not spelled as they must be");
  return { contentId, sealedContentKey, rights, ...range };
}

function readFurtherRights(list: ElementReader, range: TimeRange): string[] {
  const names: string[] = [];
  for (let right = list.optional("RIGHT", { name: null }); right; right = list.optional("RIGHT", { name: null })) {
    const own = readRangeTime(right);
    right.end();
    if (own.fromMs !== range.fromMs || own.untilMs !== range.untilMs) throw malformed("two validities that differ");
    if (names.push(right.attribute("name")) >= maxRights) throw malformed("it grants more rights than there are");
  }
  return names;
}

function parseTerms(text: string): Terms {
  const terms = Terms.safeParse(parseJson(fromBase64(text, "license-malformed"), "license-malformed"));
  if (!terms.success) throw new RightsError("license-malformed", "the license in this file is damaged: its terms");
  return terms.data;
}
