// Writes test/vectors/license/*.json: one file, one case, one defect. It shares no code with the project: documents are
// made from text and signed with node:crypto, so that writer and reader cannot be wrong in the same way.
// Run: node test/vectors/make-license-vectors.mjs
import { checkPrimeSync, createCipheriv, createHash, createPrivateKey, createPublicKey, hkdfSync, sign } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const here = new URL("./", import.meta.url);
const given = (name) => readFileSync(new URL(`encodings/${name}`, here));
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const b64 = (bytes) => Buffer.from(bytes).toString("base64");
const wide = (text) => Buffer.from(text, "utf16le");

// --- keys: the published test keys, and more by the same rule ---------------------------------------------------------

function prime(name, which, bits) {
  const parts = Array.from({ length: bits / 256 }, (_, at) => sha256(`sealwright-test/${name}/${which}/${at}`));
  let p = BigInt(`0x${Buffer.concat(parts).toString("hex")}`) | (3n << BigInt(bits - 2)) | 1n;
  while (!checkPrimeSync(p) || (p - 1n) % 65537n === 0n) p += 2n;
  return p;
}

function inverse(a, modulus) {
  let [r0, r1, s0, s1] = [a % modulus, modulus, 1n, 0n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1, s0, s1] = [r1, r0 - q * r1, s1, s0 - q * s1];
  }
  return ((s0 % modulus) + modulus) % modulus;
}

function derivedKey(name, bits = 2048) {
  const p = prime(name, "p", bits / 2);
  const q = prime(name, "q", bits / 2);
  const d = inverse(65537n, (p - 1n) * (q - 1n));
  const number = (value) => Buffer.from(value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), "0"), "hex").toString("base64url");
  const jwk = { kty: "RSA", n: number(p * q), e: "AQAB", d: number(d), p: number(p), q: number(q) };
  const more = { dp: number(d % (p - 1n)), dq: number(d % (q - 1n)), qi: number(inverse(q, p)) };
  return withPublic(createPrivateKey({ key: { ...jwk, ...more }, format: "jwk" }));
}

function withPublic(key) {
  const publicKey = createPublicKey(key);
  const modulus = Buffer.from(publicKey.export({ format: "jwk" }).n, "base64url");
  const kid = sha256(publicKey.export({ format: "der", type: "spki" })).toString("base64url");
  return { key, modulus, kid, bits: modulus.length * 8 };
}

const pem = (name) => withPublic(createPrivateKey(given(`${name}.pem`)));
const [tenantKey, adaKey, bobKey] = ["tenant", "ada-licensor", "bob-account"].map(pem);
if (derivedKey("tenant").kid !== tenantKey.kid) throw new Error("the rule for the test keys is not kept");
const [tenant2Key, tenant3Key, bobLicensor, malloryKey, smallKey] =
  [...["tenant-2", "tenant-3", "bob-licensor", "mallory"].map((name) => derivedKey(name)), derivedKey("small", 1024)];

// --- the cast ---------------------------------------------------------------------------------------------------------

const tenantId = "11111111-2222-4333-8444-555555555555";
const otherTenantId = "22222222-2222-4333-8444-555555555555";
const ada = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const bob = "16fd2706-8baf-433b-82eb-8c7fada847da";
const contentId = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const otherId = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const service = "https://rms.contoso.example/_wmcs/licensing";
const contentKey = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
const nonce = Buffer.from("303132333435363738393a3b", "hex");
const salt = Buffer.from("404142434445464748494a4b4c4d4e4f", "hex");
const sealedIn = (file) => /sealed-key-v2"><VALUE[^>]*>([^<]*)</.exec(given(file).toString())[1];
const [sealedToTenant, sealedToBob] = ["pl.xml", "ul.xml"].map(sealedIn);
const policy = JSON.parse(given("policy.json").toString());

// --- fields -----------------------------------------------------------------------------------------------------------

const guid = (id) => `<ID type="MS-GUID">{${id}}</ID>`;
const value = (text, bits) => `<VALUE encoding="base64" size="${bits}">${text}</VALUE>`;
const publicKey = ({ modulus, bits }, { order = "little", size = bits, exponent = "65537" } = {}) =>
  `<PUBLICKEY><ALGORITHM>RSA</ALGORITHM><PARAMETER name="public-exponent"><VALUE encoding="integer32">${exponent}</VALUE></PARAMETER>` +
  `<PARAMETER name="modulus">${value(b64(order === "little" ? Buffer.from(modulus).reverse() : modulus), size)}</PARAMETER></PUBLICKEY>`;
const server = (id) => `<OBJECT type="MS-DRM-Server">${guid(id)}</OBJECT>`;
const person = (id, name = "") => `<OBJECT type="Group-Identity"><ID type="Sealwright">${id}</ID>${name && `<NAME>${name}</NAME>`}</OBJECT>`;
const issuer = (object, key) => `<ISSUER>${object}${publicKey(key)}</ISSUER>`;
const bits = (sealed) => `<ENABLINGBITS type="sealed-key-v2">${value(sealed, 2048)}</ENABLINGBITS>`;
const principals = (object, key, { id = tenantId, sealed = "" } = {}) =>
  `<ISSUEDPRINCIPALS><PRINCIPAL internal-id="1">${object}${publicKey(key)}<SECURITYLEVEL name="Tenant-ID" value="{${id}}"/>${sealed && bits(sealed)}</PRINCIPAL></ISSUEDPRINCIPALS>`;
const descriptor = (type, id) => `<DESCRIPTOR><OBJECT type="${type}">${guid(id)}</OBJECT></DESCRIPTOR>`;
const issued = (time) => `<ISSUEDTIME>${time}</ISSUEDTIME>`;
const range = (from, until) => `<FROM>${from}</FROM><UNTIL>${until}</UNTIL>`;
const validity = (from, until) => `<VALIDITYTIME>${range(from, until)}</VALIDITYTIME>`;
const rangeTime = (from, until) => `<CONDITIONLIST><TIME><RANGETIME>${range(from, until)}</RANGETIME></TIME></CONDITIONLIST>`;
const datum = (name, text) => `<AUTHENTICATEDDATA id="Sealwright" name="${name}">${text}</AUTHENTICATEDDATA>`;
const app = (name, text) => `<AUTHENTICATEDDATA id="APPSPECIFIC" name="${name}">${text}</AUTHENTICATEDDATA>`;
const rights = (content) => `<RIGHTSGROUP name="Main-Rights"><RIGHTSLIST>${content}</RIGHTSLIST></RIGHTSGROUP>`;
const point = (type, id) =>
  `<DISTRIBUTIONPOINT><OBJECT type="${type}">${guid(id)}<NAME>DRM Server Cluster</NAME><ADDRESS type="URL">${service}</ADDRESS></OBJECT></DISTRIBUTIONPOINT>`;
const points =
  point("License-Acquisition-URL", "0F45FD50-383B-43EE-90A4-ED013CD0CFE5") +
  point("Extranet-License-Acquisition-URL", "94BF969A-CA04-44d6-AA96-51071281FEF2");
const body = (content, type = "LICENSE") => `<BODY type="${type}" version="3.0">${content}</BODY>`;

// --- documents --------------------------------------------------------------------------------------------------------

const D = (text) => sha256(wide(text));
const bodyOf = (document) => /<BODY .*?<\/BODY>/s.exec(document)[0];
function signed(text, key, { purpose = "", hash = "sha256", digest = D(text), signature = sign(hash, wide(text), key.key) } = {}) {
  return (
    `<XrML version="1.2"${purpose} xmlns="">${text}<SIGNATURE><DIGEST><ALGORITHM>SHA256</ALGORITHM><PARAMETER name="codingtype">` +
    `<VALUE encoding="string">surface-coding</VALUE></PARAMETER>${value(b64(digest), 256)}</DIGEST><ALGORITHM>RSA PKCS#1-V1.5</ALGORITHM>` +
    `${value(b64(signature), key.bits)}</SIGNATURE></XrML>`
  );
}

const slcBody = ({ key = tenantKey, by = key, generation = 1, id = tenantId, from = "2026-11-01T00:00", until = "2036-11-01T00:00" } = {}) =>
  body(issued(from) + validity(from, until) + descriptor("Server-Licensor-Certificate", "00000000-0000-4000-8000-000000000001") +
    issuer(server(id), by) + points + principals(server(id), key, { id }) + datum("generation", generation));
const slc = (fields = {}) => signed(slcBody(fields), fields.signer ?? fields.by ?? fields.key ?? tenantKey);

const clcBody = ({ key = adaKey, by = tenantKey, subject = ada, name = "", id = tenantId, from = "2026-11-20T08:00", until = "2026-12-21T08:00", right = '<RIGHT name="ISSUE"/>' } = {}) =>
  body(issued(from) + validity(from, until) + descriptor("Client-Licensor-Certificate", "00000000-0000-4000-8000-000000000002") +
    issuer(server(id), by) + principals(person(subject, name), key, { id }) + rights(right));
const clc = (fields = {}) => signed(clcBody(fields), fields.signer ?? fields.by ?? tenantKey);

const racBody = ({ key = bobKey, by = tenantKey, subject = bob, name = "bob@contoso.example", id = tenantId, from = "2026-11-20T08:00", until = "2026-12-21T08:00", dpop = "" } = {}) =>
  body(issued(from) + validity(from, until) + descriptor("Group-Identity-Credential", "00000000-0000-4000-8000-000000000003") +
    issuer(server(id), by) + principals(person(subject, name), key, { id }) + (dpop && datum("dpop", dpop)));
const rac = (fields = {}) => signed(racBody(fields), fields.signer ?? fields.by ?? tenantKey);

const rightsElement = (text) => `<AUTHENTICATEDDATA id="Encrypted-Rights-Data">${text}</AUTHENTICATEDDATA>`;

/** A policy's JSON text, encrypted for the body it will stand in. */
function sealRights(text, json, { pad = 256, key = contentKey } = {}) {
  const bytes = Buffer.from(json);
  const padded = Buffer.concat([bytes, Buffer.alloc((pad - (bytes.length % pad)) % pad, 0x20)]);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(hkdfSync("sha256", key, "", "sealwright/rights/v1", 32)), nonce);
  cipher.setAAD(D(text.replace("@RIGHTS@", "")));
  return b64(Buffer.concat([nonce, cipher.update(padded), cipher.final(), cipher.getAuthTag()]));
}

function plBody({ by = person(ada), key = adaKey, to = tenantKey, sealed = sealedToTenant, id = tenantId, time = "2026-11-23T09:00", suite = "1",
  cipher = "SEALWRIGHT.GCM1M", label = "{2096f6a2-d2f7-48be-b329-b73aaa526e5d}", json = JSON.stringify(policy), work = contentId, change = (text) => text, sealing = {}, rightsText } = {}) {
  const text = change(body(
    issued(time) + descriptor("Policy", contentId) + issuer(by, key) + points + principals(server(id), to, { id, sealed }) +
      `<WORK><OBJECT type="Microsoft Office Document">${guid(work)}</OBJECT></WORK>` + rightsElement("@RIGHTS@") +
      app("Sealwright.Suite", suite) + app("Sealwright.Cipher", cipher) + (label && app("Sealwright.Label", label)),
    "Microsoft Rights Label"));
  return text.replace("@RIGHTS@", rightsText ?? sealRights(text, json, sealing));
}
const pl = (fields = {}) => signed(plBody(fields), fields.signer ?? fields.key ?? adaKey, fields.signature);

const terms = { v: 1, time: "2026-11-23T10:00:00Z", author: { address: "ada@contoso.example", name: "Ada Lovelace" }, cipher: "SEALWRIGHT.GCM1M", ext: ".txt", until: null, offlineUntil: "2026-11-30T10:00:00Z" };
const right = (name, content = "", from = "2026-11-23T09:55", until = "2026-11-30T10:00") => `<RIGHT name="${name}">${content}${rangeTime(from, until)}</RIGHT>`;
const access = `<ACCESS><PRINCIPAL internal-id="1">${bits(sealedToBob)}</PRINCIPAL></ACCESS>`;
function ulBody({ key = bobKey, by = tenantKey, subject = bob, id = tenantId, work = contentId, license = D(bodyOf(pl())), list = right("VIEW", access), json = JSON.stringify(terms), from = "2026-11-23T09:55", until = "2026-11-30T10:00", rest = "" } = {}) {
  return body(issued("2026-11-23T10:00") + validity(from, until) + descriptor("Content-License", "00000000-0000-4000-8000-000000000004") +
    issuer(server(id), by) + principals(person(subject), key, { id }) + `<WORK><OBJECT type="Microsoft Office Document">${guid(work)}</OBJECT>${rights(list)}</WORK>` +
    datum("license", b64(license)) + datum("terms", b64(Buffer.from(json))) + rest);
}
const ul = (fields = {}) => signed(ulBody(fields), fields.signer ?? fields.by ?? tenantKey, { purpose: ' purpose="Content-License"' });

function permit({ key = bobLicensor, by = tenantKey, subject = bob, id = tenantId, license = D(bodyOf(pl())), from = "2026-11-23T09:00", until = "2026-12-01T00:00", name = "EDIT", signer = by } = {}) {
  return signed(body(issued(from) + descriptor("Sealwright-Edit-Permit", "00000000-0000-4000-8000-000000000005") + issuer(server(id), by) +
    principals(person(subject), key, { id }) + rights(right(name, "", from, until)) + datum("license", b64(license))), signer);
}

// --- content and files ------------------------------------------------------------------------------------------------

const hkdf = (key, info) => Buffer.from(hkdfSync("sha256", key, salt, info, 32));
function region(plaintext, { license = D(bodyOf(pl())), key = contentKey, commitTo = key } = {}) {
  const magic = Buffer.from("53574331140000000000000000000000", "hex");
  const header = Buffer.concat([magic, salt, hkdf(commitTo, Buffer.concat([Buffer.from("sealwright/commit/v1"), license]))]);
  const cipher = createCipheriv("aes-256-gcm", hkdf(key, Buffer.concat([Buffer.from("sealwright/segment/v1"), license])), Buffer.from("000000000000000000000001", "hex"));
  const segment = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  const hash = sha256("sealwright/edition/v1", header, sha256(segment));
  return { header, segment, hash };
}
function edition({ by = person(ada), key = adaKey, license = D(bodyOf(pl())), content, number = 1, previous = "", id = contentId, time = "2026-11-23T09:00", signer = key }) {
  return signed(body(issued(time) + descriptor("Sealwright-Edition", id) + issuer(by, key) + datum("license", b64(license)) +
    datum("edition", number) + datum("previous", previous) + datum("content", b64(content))), signer);
}
const u32 = (number) => Buffer.from([number, number >> 8, number >> 16, number >> 24].map((byte) => byte & 255));
const trailer = (...documents) => Buffer.concat([Buffer.from(documents.join("")), u32(Buffer.byteLength(documents.join(""))), Buffer.from("SWE1")]);
const example = region(Buffer.from("hello, protected text"));
const file = ({ header, segment }, ...documents) => Buffer.concat([header, segment, trailer(...documents)]);

// --- the cases --------------------------------------------------------------------------------------------------------

const declaration = '<?xml version="1.0"?>';
const chainOf = (...documents) => `\ufeff${declaration}${documents.join("")}`;
const cases = new Map();
const add = (verb, name, expect, comment, spec, members) => {
  if (cases.has(name)) throw new Error(`two cases are called ${name}`);
  cases.set(name, { comment, spec, expect, verb, ...members });
};
/** A chain: text where it is ASCII behind an optional BOM, so that a reader sees what is wrong; else hexadecimal. */
const license = (name, expect, comment, chain, more = {}) =>
  add("publishing-license", name, expect, comment, more.spec ?? "docs/formats/licenses.md", { ...(typeof chain === "string" ? { text: chain } : { hex: chain.toString("hex") }), ...more });
const document = (verb) => (name, expect, comment, text, more = {}) => add(verb, name, expect, comment, "docs/formats/licenses.md", { text, ...more });
const [account, licensor, use, chains] = ["account-certificate", "licensor-certificate", "use-license", "server-certificates"].map(document);
const content = (name, expect, comment, bytes, more = {}) =>
  add("content", name, expect, comment, "docs/formats/content.md", { hex: bytes.toString("hex"), ...more });

const good = chainOf(pl(), clc(), slc());
const malformed = "license-malformed";
const untrusted = "license-untrusted";
const replaced = (text, from, to) => {
  if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return text.replace(from, to);
};

// text and grammar
license("chain-as-published", "success", "the worked example", good);
license("chain-without-bom", "success", "as an Office file carries it", good.slice(1));
license("chain-utf-16", "success", "UTF-16LE with FF FE: the same documents", Buffer.concat([Buffer.from([0xff, 0xfe]), wide(good.slice(1))]));
license("chain-utf-16-no-mark", "success", "UTF-16LE known by its zero second byte", wide(good.slice(1)));
license("chain-padded", "success", "spaces, line feeds and NULs behind the last document", `${good} \n\u0000 \n\u0000\u0000`);
license("chain-two-boms", malformed, "a second byte order mark", `\ufeff${good}`);
license("chain-utf-16-big-endian", malformed, "FE FF", Buffer.concat([Buffer.from([0xfe, 0xff]), wide(good.slice(1)).swap16()]));
license("chain-utf-8-broken", malformed, "a byte that is no UTF-8", Buffer.concat([Buffer.from(good), Buffer.from([0x80])]));
license("chain-no-declaration", malformed, "no XML declaration in front", good.replace(declaration, ""));
license("chain-other-declaration", malformed, "single quotes in the declaration", good.replace(declaration, "<?xml version='1.0'?>"));
license("chain-encoding-declared", malformed, "a declaration with an encoding", good.replace(declaration, '<?xml version="1.0" encoding="utf-8"?>'));
license("chain-second-declaration", malformed, "a declaration in front of the second document", chainOf(pl(), declaration + clc(), slc()));
license("chain-text-behind", malformed, "a letter behind the last document", `${good}x`);
license("chain-tab-behind", malformed, "a tab behind the last document", `${good}\t`);
license("chain-space-between", malformed, "a space between two documents", chainOf(`${pl()} `, clc(), slc()));
license("chain-space-in-front", malformed, "a space in front of the first document", chainOf(` ${pl()}`, clc(), slc()));
license("chain-empty", malformed, "nothing at all", "");
license("chain-no-documents", malformed, "a declaration alone", chainOf());
license("chain-cut-short", malformed, "the last byte is missing", good.slice(0, -1));
const rolled = [slc(), ...[2, 3, 4, 5, 6, 7].map((generation) => slc({ generation, by: tenantKey }))];
license("chain-eight-documents", "success", "as many documents as a chain may have", chainOf(pl(), clc(), ...rolled.slice(0, 6)));
license("chain-nine-documents", malformed, "one document more than a chain may have", chainOf(pl(), clc(), ...rolled));
license("document-not-ascii", malformed, "a letter with an accent inside a signed body", chainOf(pl({ change: (t) => t.replace("DRM Server", "DRM S\u00e9rver") }), clc(), slc()));
license("document-carriage-return", malformed, "a carriage return inside a signed body", chainOf(pl({ change: (t) => t.replace("DRM Server", "DRM\rServer") }), clc(), slc()));
license("document-other-root-attribute", malformed, "an attribute on XrML that is not known", chainOf(pl().replace('xmlns=""', 'xmlns="" id="1"'), clc(), slc()));
license("document-root-namespace", malformed, "a namespace on XrML", chainOf(pl().replace('xmlns=""', 'xmlns="urn:x"'), clc(), slc()));
license("document-other-version", malformed, "XrML 1.3", chainOf(pl().replace('version="1.2"', 'version="1.3"'), clc(), slc()));
license("document-purpose-elsewhere", "success", "the root's purpose says nothing: a license marked as a use license is judged by its body", chainOf(pl().replace('1.2"', '1.2" purpose="Content-License"'), clc(), slc()));
const bodies = plBody();
license("document-second-body", malformed, "a BODY behind the signed one", chainOf(pl().replace("<SIGNATURE>", `${bodies}<SIGNATURE>`), clc(), slc()));
license("document-body-inside", malformed, "a BODY inside the signed one", chainOf(pl({ change: (t) => t.replace("<WORK>", "<BODY></BODY><WORK>") }), clc(), slc()));
license("document-body-opened-inside", malformed, "a second opening of BODY inside the signed one", chainOf(pl({ change: (t) => t.replace("<WORK>", '<BODY type="LICENSE"/><WORK>') }), clc(), slc()));
license("document-text-before-body", malformed, "a line feed in front of BODY", chainOf(pl().replace("<BODY ", "\n<BODY "), clc(), slc()));
for (const [name, inserted, comment] of [
  ["comment", "<!-- x -->", "a comment in a signed body"],
  ["cdata", "<![CDATA[x]]>", "a CDATA section in a signed body"],
  ["instruction", "<?x y?>", "a processing instruction in a signed body"],
  ["doctype", "<!DOCTYPE x>", "a document type in a signed body"],
  ["space", " ", "a space between elements of a signed body"],
  ["element", "<EXTRA/>", "an element nobody knows"],
  ["prefixed-element", "<x:EXTRA/>", "an element with a prefix"],
]) license(`document-${name}`, malformed, comment, chainOf(pl({ change: (t) => t.replace("<WORK>", `${inserted}<WORK>`) }), clc(), slc()));
license("document-comment-in-value", malformed, "a comment that splits a value, which readers join differently", chainOf(pl({ change: (t) => t.replace("DRM Server Cluster", "DRM <!-- x -->Server Cluster") }), clc(), slc()));
for (const [name, entity] of [["apostrophe", "&apos;"], ["number", "&#65;"], ["unknown", "&nbsp;"], ["bare", "&"]])
  license(`entity-${name}`, malformed, `${entity} in a value`, chainOf(pl({ cipher: `SEALWRIGHT${entity}GCM1M` }), clc(), slc()));
license("entity-known", "success", "&amp; in an address", chainOf(pl({ change: (t) => t.replaceAll("/licensing<", "/licensing?a=1&amp;b=2<") }), clc(), slc()));
license("attribute-twice", malformed, "an attribute that stands twice", chainOf(pl({ change: (t) => t.replace('internal-id="1"', 'internal-id="1" internal-id="1"') }), clc(), slc()));
license("attribute-unknown", malformed, "an attribute nobody knows", chainOf(pl({ change: (t) => t.replace("<WORK>", '<WORK id="1">') }), clc(), slc()));
license("attribute-single-quotes", malformed, "an attribute in single quotes", chainOf(pl({ change: (t) => t.replace('internal-id="1"', "internal-id='1'") }), clc(), slc()));
license("attribute-line-feed", malformed, "a line feed in an attribute, which XML readers turn into a space", chainOf(pl({ change: (t) => t.replace('name="Sealwright.Suite"', 'name="Sealwright.Suite\n"') }), clc(), slc()));
license("elements-unbalanced", malformed, "an element that does not end", chainOf(pl({ change: (t) => t.replace("</WORK>", "") }), clc(), slc()));
license("text-raw-greater", malformed, "a > that is not escaped", chainOf(pl({ cipher: "SEALWRIGHT>GCM1M" }), clc(), slc()));
license("text-beside-elements", malformed, "text in a signed element that holds none", chainOf(pl(), clc({ right: '<RIGHT name="ISSUE">and VIEW</RIGHT>' }), slc()));
license("text-in-security-level", malformed, "text where an element is empty", chainOf(pl({ change: (t) => t.replace(/(<SECURITYLEVEL [^>]*)\/>/, "$1>text</SECURITYLEVEL>") }), clc(), slc()));

// signature
license("signature-changed-body", malformed, "one digit of the issued time is changed: the digest differs", chainOf(pl().replace("2026-11-23T09:00", "2026-11-23T09:01"), clc(), slc()));
license("signature-wrong-digest", malformed, "a digest of something else", chainOf(pl({ signature: { digest: sha256("x") } }), clc(), slc()));
license("signature-digest-of-utf-8", malformed, "hash and signature over UTF-8 instead of UTF-16LE", chainOf(pl({ signature: { digest: sha256(bodies), signature: sign("sha256", Buffer.from(bodies), adaKey.key) } }), clc(), slc()));
license("signature-over-utf-8", untrusted, "right digest, signature over UTF-8", chainOf(pl({ signature: { signature: sign("sha256", Buffer.from(bodies), adaKey.key) } }), clc(), slc()));
license("signature-sha-1", untrusted, "a SHA-1 signature under the name of SHA-256", chainOf(pl({ signature: { hash: "sha1" } }), clc(), slc()));
license("signature-sha-1-named", malformed, "ALGORITHM says SHA1", chainOf(pl().replace("<ALGORITHM>SHA256<", "<ALGORITHM>SHA1<"), clc(), slc()));
license("signature-other-algorithm", malformed, "ALGORITHM says RSA PSS", chainOf(pl().replace("RSA PKCS#1-V1.5", "RSA PSS"), clc(), slc()));
license("signature-size", malformed, "size says 256 where it is 2048", chainOf(pl().replace(/size="2048">([^<]*)<\/VALUE><\/SIGNATURE>/, 'size="256">$1</VALUE></SIGNATURE>'), clc(), slc()));
license("signature-size-3072", malformed, "size says 3072 where it is 2048", chainOf(pl().replace(/size="2048">([^<]*)<\/VALUE><\/SIGNATURE>/, 'size="3072">$1</VALUE></SIGNATURE>'), clc(), slc()));
license("signature-size-in-bytes", malformed, "the digest's size in bytes", chainOf(pl().replace('size="256"', 'size="32"'), clc(), slc()));
license("signature-order", malformed, "VALUE in front of ALGORITHM", chainOf(pl().replace(/(<ALGORITHM>RSA PKCS#1-V1\.5<\/ALGORITHM>)(<VALUE.*?<\/VALUE>)/, "$2$1"), clc(), slc()));
license("signature-spaces", malformed, "a line feed inside SIGNATURE", chainOf(pl().replace("<SIGNATURE>", "<SIGNATURE>\n"), clc(), slc()));
license("signature-wrapped-base64", malformed, "a line feed inside a base64 value", chainOf(pl().replace("</VALUE></SIGNATURE>", "\n</VALUE></SIGNATURE>"), clc(), slc()));
license("signature-twice", malformed, "a second SIGNATURE", chainOf(pl().replace(/(<SIGNATURE>.*<\/SIGNATURE>)/, "$1$1"), clc(), slc()));
license("signature-base64-tail", malformed, "unused bits of the last base64 letter are set: a second spelling", chainOf(pl().replace("==</VALUE></SIGNATURE>", "==</VALUE></SIGNATURE>").replace(/(.)==(<\/VALUE><\/SIGNATURE>)/, (_, letter, rest) => `${String.fromCharCode(letter.charCodeAt(0) + 1)}==${rest}`), clc(), slc()));
license("signature-by-another", untrusted, "signed with another key than ISSUER names", chainOf(pl({ signer: malloryKey }), clc(), slc()));
license("signature-all-zero", untrusted, "a signature of zeros", chainOf(pl({ signature: { signature: Buffer.alloc(256) } }), clc(), slc()));

// keys
license("modulus-big-endian", malformed, "the tenant's modulus in network order", chainOf(pl({ change: (t) => t.replace(publicKey(tenantKey), publicKey(tenantKey, { order: "big" })) }), clc(), slc()));
license("modulus-size", malformed, "a modulus of 2048 bits that says 1024", chainOf(pl({ change: (t) => t.replace(publicKey(tenantKey), publicKey(tenantKey, { size: 1024 })) }), clc(), slc()));
license("modulus-leading-zero", malformed, "a modulus with a zero in front, as DER has it", chainOf(pl({ change: (t) => t.replace(publicKey(tenantKey), publicKey({ modulus: Buffer.concat([Buffer.from([0]), tenantKey.modulus]), bits: 2056 })) }), clc(), slc()));
license("exponent-3", malformed, "public exponent 3", chainOf(pl({ change: (t) => t.replace(publicKey(adaKey), publicKey(adaKey, { exponent: "3" })) }), clc(), slc()));
license("exponent-padded", malformed, "public exponent 065537", chainOf(pl({ change: (t) => t.replace(publicKey(adaKey), publicKey(adaKey, { exponent: "065537" })) }), clc(), slc()));
license("key-1024-signs", malformed, "a license signed with 1024 bits", chainOf(pl({ key: smallKey }), clc({ key: smallKey }), slc()));
license("key-1024-certified", malformed, "a signer's certificate for 1024 bits", chainOf(pl(), clc({ key: smallKey }), slc()));

// fields of the publishing license
for (const [name, from, comment] of [
  ["issued-time", issued("2026-11-23T09:00"), "ISSUEDTIME"],
  ["descriptor", descriptor("Policy", contentId), "DESCRIPTOR"],
  ["issuer", issuer(person(ada), adaKey), "ISSUER"],
  ["work", `<WORK><OBJECT type="Microsoft Office Document">${guid(contentId)}</OBJECT></WORK>`, "WORK"],
  ["rights-data", rightsElement("@RIGHTS@"), "the rights data"],
  ["suite", app("Sealwright.Suite", "1"), "the suite"],
  ["cipher", app("Sealwright.Cipher", "SEALWRIGHT.GCM1M"), "the cipher"],
]) {
  const changed = (to) => (t) => replaced(t, from, to);
  license(`field-missing-${name}`, malformed, `${comment} is missing`, chainOf(pl({ change: changed("") }), clc(), slc()));
  license(`field-twice-${name}`, malformed, `${comment} stands twice`, chainOf(pl({ change: changed(from + from) }), clc(), slc()));
}
license("field-missing-sealed-key", malformed, "no ENABLINGBITS", chainOf(pl({ sealed: "" }), clc(), slc()));
license("field-twice-sealed-key", malformed, "two ENABLINGBITS", chainOf(pl({ change: (t) => t.replace(bits(sealedToTenant), bits(sealedToTenant).repeat(2)) }), clc(), slc()));
license("field-twice-label", malformed, "two labels", chainOf(pl({ change: (t) => t.replace("</BODY>", `${app("Sealwright.Label", "{2096f6a2-d2f7-48be-b329-b73aaa526e5d}")}</BODY>`) }), clc(), slc()));
license("field-order", malformed, "cipher in front of suite", chainOf(pl({ change: (t) => t.replace(/(<AUTHENTICATEDDATA id="APPSPECIFIC" name="Sealwright.Suite">.*?<\/AUTHENTICATEDDATA>)(<AUTHENTICATEDDATA.*?<\/AUTHENTICATEDDATA>)/, "$2$1") }), clc(), slc()));
license("no-label", "success", "a license without a label", chainOf(pl({ label: "" }), clc(), slc()));
license("label-bare", malformed, "a label id without braces", chainOf(pl({ label: "2096f6a2-d2f7-48be-b329-b73aaa526e5d" }), clc(), slc()));
license("id-upper-case", malformed, "a content id in upper case", chainOf(pl({ change: (t) => t.replaceAll(contentId, contentId.toUpperCase()) }), clc(), slc()));
license("two-contents", malformed, "WORK names another content than DESCRIPTOR", chainOf(pl({ work: otherId }), clc(), slc()));
license("time-with-zone", malformed, "ISSUEDTIME with a zone", chainOf(pl({ time: "2026-11-23T09:00Z" }), clc(), slc()));
license("time-30-february", malformed, "a day that does not exist", chainOf(pl({ time: "2026-02-30T09:00" }), clc(), slc()));
license("suite-2", "license-unsupported", "a suite of later days", chainOf(pl({ suite: "2" }), clc(), slc()));
license("suite-01", "license-unsupported", "a suite spelled 01", chainOf(pl({ suite: "01" }), clc(), slc()));
license("issuer-with-address", malformed, "an issuer with a name in clear", chainOf(pl({ by: person(ada, "ada@contoso.example") }), clc(), slc()));
license("owner-in-clear", malformed, "an owner's address in WORK", chainOf(pl({ change: (t) => t.replace("</WORK>", '<METADATA><OWNER><OBJECT><ID type="Unspecified"/><NAME>ada@contoso.example</NAME></OBJECT></OWNER></METADATA></WORK>') }), clc(), slc()));
license("addresses-differ", malformed, "two service addresses", chainOf(pl({ change: (t) => t.replace("rms.contoso", "rms.evil") }), clc(), slc()));

// rights data
const sealedPolicy = (json) => ({ json: typeof json === "string" ? json : JSON.stringify({ ...policy, ...json }) });
const opened = { contentKey: contentKey.toString("hex") };
license("rights-data-opened", "success", "the policy opens", good, opened);
license("rights-data-other-key", untrusted, "encrypted under another content key", chainOf(pl({ sealing: { key: Buffer.alloc(32, 7) } }), clc(), slc()), opened);
license("rights-data-unpadded", malformed, "not padded to 256 bytes", chainOf(pl({ sealing: { pad: 1 } }), clc(), slc()), opened);
license("rights-data-empty", malformed, "nonce and tag alone", chainOf(pl({ json: "" }), clc(), slc()), opened);
license("rights-data-not-base64", malformed, "not base64", chainOf(pl({ rightsText: "not base64!" }), clc(), slc()), opened);
license("rights-data-of-another-license", untrusted, "rights data of a license with another label", chainOf(pl({ rightsText: /Rights-Data">([^<]*)</.exec(plBody({ label: "" }))[1] }), clc(), slc()), opened);
license("policy-issuer-other", untrusted, "the policy names another issuer than the certificate", chainOf(pl(sealedPolicy({ issuer: bob })), clc(), slc()), opened);
license("policy-name-twice", "policy-malformed", "two members of one name", chainOf(pl(sealedPolicy(JSON.stringify(policy).replace('"until":null', '"until":null,"grants":[]'))), clc(), slc()), opened);
license("policy-name-twice-escaped", "policy-malformed", "two members of one name, one spelled with an escape", chainOf(pl(sealedPolicy(JSON.stringify(policy).replace('"until":null', '"until":null,"\\u0067rants":[]'))), clc(), slc()), opened);
license("policy-version-2", "policy-malformed", "a policy of later days", chainOf(pl(sealedPolicy({ v: 2 })), clc(), slc()), opened);
license("policy-unknown-member", "success", "a member nobody knows is ignored", chainOf(pl(sealedPolicy({ later: 1 })), clc(), slc()), opened);
license("policy-not-json", "policy-malformed", "no JSON", chainOf(pl(sealedPolicy("{")), clc(), slc()), opened);
license("policy-bom", "policy-malformed", "a byte order mark in front of the JSON", chainOf(pl(sealedPolicy(`\ufeff${JSON.stringify(policy)}`)), clc(), slc()), opened);
license("policy-lone-surrogate", "policy-malformed", "half a character in a name", chainOf(pl(sealedPolicy(JSON.stringify(policy).replace('"until":null', '"name":"\\ud800","until":null'))), clc(), slc()), opened);
license("policy-address-upper-case", "policy-malformed", "a grant that is not normalized matches nobody, so it is refused", chainOf(pl(sealedPolicy({ grants: [{ who: ["Bob@contoso.example"], rights: ["VIEW"] }] })), clc(), slc()), opened);
license("policy-owner-domain", "policy-malformed", "an owner is one person, not a domain", chainOf(pl(sealedPolicy({ owner: "@contoso.example" })), clc(), slc()), opened);
license("policy-right-lower-case", "policy-malformed", "a right in lower case", chainOf(pl(sealedPolicy({ grants: [{ who: ["bob@contoso.example"], rights: ["view"] }] })), clc(), slc()), opened);
license("policy-right-unknown", "success", "a right nobody knows is kept", chainOf(pl(sealedPolicy({ grants: [{ who: ["bob@contoso.example"], rights: ["DANCE"] }] })), clc(), slc()), opened);
license("policy-time-zone", "policy-malformed", "an end with a zone", chainOf(pl(sealedPolicy({ until: "2027-01-01T00:00:00+01:00" })), clc(), slc()), opened);
const people = (count) => Array.from({ length: count }, (_, at) => `u${at}@contoso.example`);
license("policy-1000-names", "success", "as many names as a policy may have", chainOf(pl(sealedPolicy({ grants: [{ who: people(1000), rights: ["VIEW"] }] })), clc(), slc()), opened);
license("policy-1001-names", "policy-malformed", "one name too many, in two grants", chainOf(pl(sealedPolicy({ grants: [{ who: people(1000), rights: ["VIEW"] }, { who: ["a@contoso.example"], rights: ["EDIT"] }] })), clc(), slc()), opened);

// the chain's order and trust
license("order-clc-first", malformed, "the certificate in front of the license", chainOf(clc(), pl(), slc()));
license("order-slc-before-clc", malformed, "the organisation's certificate in front of the signer's", chainOf(pl(), slc(), clc()));
license("two-licenses", malformed, "two publishing licenses", chainOf(pl(), pl(), clc(), slc()));
license("license-last", malformed, "a publishing license behind the chain", chainOf(pl(), clc(), slc(), pl({ label: "" })));
license("clc-missing", malformed, "no certificate of the signer", chainOf(pl(), slc()));
license("chain-missing", untrusted, "the license alone", chainOf(pl()));
license("slc-missing", untrusted, "no certificate of the organisation", chainOf(pl(), clc()));
license("extra-document", malformed, "a second certificate of the signer", chainOf(pl(), clc(), clc(), slc()));
license("extra-use-license", malformed, "a use license in the chain", chainOf(pl(), clc(), ul(), slc()));
license("rac-for-clc", malformed, "an account certificate in the place of a licensor certificate", chainOf(pl(), rac({ key: adaKey, subject: ada, name: "" }), slc()));
license("rac-renamed-clc", malformed, "an account certificate whose descriptor says licensor certificate", chainOf(pl(), signed(racBody({ key: adaKey, subject: ada, name: "" }).replace("Group-Identity-Credential", "Client-Licensor-Certificate"), tenantKey), slc()));
license("permit-for-clc", malformed, "an edit permit in the place of a licensor certificate", chainOf(pl(), permit({ key: adaKey, subject: ada }), slc()));
license("clc-other-right", malformed, "a certificate with VIEW instead of ISSUE", chainOf(pl(), clc({ right: '<RIGHT name="VIEW"/>' }), slc()));
license("clc-with-address", malformed, "a signer's certificate with a name in clear", chainOf(pl(), clc({ name: "ada@contoso.example" }), slc()));
license("clc-of-another-subject", untrusted, "the signer's certificate names Bob, the license Ada", chainOf(pl(), clc({ subject: bob }), slc()));
license("clc-of-another-key", untrusted, "Ada's certificate for another device", chainOf(pl(), clc({ key: malloryKey }), slc()));
license("clc-ended", untrusted, "the certificate had ended when the license was made", chainOf(pl({ time: "2026-12-21T08:00" }), clc(), slc()));
license("clc-last-minute", "success", "the certificate's last minute", chainOf(pl({ time: "2026-12-21T07:59" }), clc(), slc()));
license("clc-not-yet", untrusted, "a license six minutes older than the certificate", chainOf(pl({ time: "2026-11-20T07:54" }), clc(), slc()));
license("clc-skew", "success", "five minutes older: clocks differ", chainOf(pl({ time: "2026-11-20T07:55" }), clc(), slc()));
license("clc-signed-by-itself", untrusted, "a certificate the signer made", chainOf(pl({ key: malloryKey, by: person(ada) }), clc({ key: malloryKey, by: malloryKey }), slc()));
license("clc-signed-by-device", untrusted, "a certificate that names the tenant's key, signed with another", chainOf(pl({ key: malloryKey }), clc({ key: malloryKey, signer: malloryKey }), slc()));
license("clc-other-tenant", untrusted, "a certificate of another organisation under the same key", chainOf(pl(), clc({ id: otherTenantId }), slc()));
license("tenant-other-id", untrusted, "a license of another organisation", chainOf(pl({ id: otherTenantId }), clc({ id: otherTenantId }), slc({ id: otherTenantId })));
license("tenant-unknown-key", untrusted, "sealed to a key that is not pinned", chainOf(pl({ to: malloryKey }), clc(), slc()));
license("tenant-own-organisation", untrusted, "a whole organisation of the attacker's under the same id", chainOf(pl({ key: malloryKey, to: malloryKey }), clc({ key: malloryKey, by: malloryKey }), slc({ key: malloryKey })));
license("slc-of-another-key", untrusted, "the certificate of a key that vouched for nothing here", chainOf(pl(), clc(), slc({ key: tenant2Key })));
license("slc-bad-signature", untrusted, "the organisation's certificate signed by another", chainOf(pl(), clc(), slc({ signer: malloryKey })));
license("slc-rolled", "success", "the organisation has a new key, announced by the old one", chainOf(pl(), clc(), slc(), slc({ key: tenant2Key, by: tenantKey, generation: 2 })));
license("slc-generation-skips", untrusted, "a generation is left out", chainOf(pl(), clc(), slc(), slc({ key: tenant2Key, by: tenantKey, generation: 3 })));
license("slc-generation-back", untrusted, "a generation goes back", chainOf(pl(), clc(), slc({ generation: 2 }), slc({ key: tenant2Key, by: tenantKey, generation: 1 })));
license("slc-not-announced", untrusted, "a new key that only vouches for itself", chainOf(pl(), clc(), slc(), slc({ key: tenant2Key, generation: 2 })));
license("slc-generation-zero", malformed, "generation 0", chainOf(pl(), clc(), slc({ generation: 0 })));
license("slc-no-generation", malformed, "no generation", chainOf(pl(), clc(), signed(slcBody().replace(/<AUTHENTICATEDDATA.*<\/AUTHENTICATEDDATA>/, ""), tenantKey)));
const archived = (time) => ({ keys: { [tenantKey.kid]: { generation: 1, archivedMs: Date.parse(time) }, [tenant2Key.kid]: { generation: 2 } } });
license("archived-key-31-days", "success", "made 31 days after the key above it was archived", good, archived("2026-10-23T09:00Z"));
license("archived-key-license-later", untrusted, "made later than that, by a device that was certified in time", good, archived("2026-10-23T08:59Z"));
license("archived-key-32-days", untrusted, "a device certified more than 31 days after the key was archived", good, archived("2026-10-20T07:59Z"));
const byTenant = { by: server(tenantId), key: tenantKey };
license("tenant-signed", "success", "published online: the tenant signed, no certificate of a signer", chainOf(pl(byTenant), slc()), opened);
license("tenant-signed-with-clc", malformed, "the tenant signed, and a signer's certificate stands there", chainOf(pl(byTenant), clc(), slc()));
license("tenant-claimed", untrusted, "says the tenant signed, with a device's key", chainOf(pl({ by: server(tenantId), key: adaKey }), slc()));
license("tenant-of-another-id", malformed, "signed by a tenant other than the one it is sealed to", chainOf(pl({ by: server(otherTenantId), key: tenantKey }), slc()));

// certificates by themselves
account("rac-good", "success", "the worked example", rac());
account("rac-with-dpop", "success", "with the proof key of its device", rac({ dpop: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }));
account("rac-no-address", "success", "an address that is not ASCII is left out", rac({ name: "" }));
account("rac-ended", untrusted, "ended this minute", rac(), { now: "2026-12-21T08:00:00Z" });
account("rac-last-minute", "success", "one second before it ends", rac(), { now: "2026-12-21T07:59:59Z" });
account("rac-skew", "success", "five minutes before it begins", rac(), { now: "2026-11-20T07:55:00Z" });
account("rac-not-yet", untrusted, "over five minutes before it begins", rac(), { now: "2026-11-20T07:54:59Z" });
account("rac-other-tenant", untrusted, "of another organisation", rac({ id: otherTenantId }));
account("rac-unknown-key", untrusted, "by a key that is not the tenant's", rac({ by: malloryKey }));
account("rac-signed-by-another", untrusted, "names the tenant's key, signed with another", rac({ signer: malloryKey }));
account("clc-for-rac", malformed, "a licensor certificate in the place of an account certificate", clc());
account("slc-for-rac", malformed, "the organisation's certificate in the place of an account certificate", slc());
account("ul-for-rac", malformed, "a use license in the place of an account certificate", ul());
account("rac-for-tenant", malformed, "an account certificate for a tenant", signed(racBody().replace(person(bob, "bob@contoso.example"), server(tenantId)), tenantKey));
account("rac-subject-not-id", malformed, "a subject that is no id", rac({ subject: "bob" }));
account("rac-declaration", malformed, "a declaration in front", declaration + rac());
account("rac-two-documents", malformed, "two documents where one is expected", rac() + rac());
licensor("clc-good", "success", "the worked example", clc());
licensor("rac-for-clc-alone", malformed, "an account certificate in the place of a licensor certificate", rac());

// use licenses
use("ul-good", "success", "the worked example", ul());
use("ul-two-rights", "success", "two rights, the key in the first", ul({ list: right("VIEW", access) + right("EDIT") }));
use("ul-key-in-second", malformed, "the sealed key stands in the second right too", ul({ list: right("VIEW", access) + right("EDIT", access) }));
use("ul-no-key", malformed, "no sealed key", ul({ list: right("VIEW") }));
use("ul-no-rights", malformed, "no right at all", ul({ list: "" }));
use("ul-right-twice", malformed, "one right twice", ul({ list: right("VIEW", access) + right("VIEW") }));
const many = (count) => right("VIEW", access) + Array.from({ length: count - 1 }, (_, at) => right(`R${at}`)).join("");
use("ul-40-rights", "success", "as many rights as there may be", ul({ list: many(40) }));
use("ul-41-rights", malformed, "one right too many", ul({ list: many(41) }));
use("ul-ranges-differ", malformed, "a second right that lasts longer", ul({ list: right("VIEW", access) + right("EDIT", "", "2026-11-23T09:55", "2027-11-30T10:00") }));
use("ul-validity-differs", malformed, "VALIDITYTIME and RANGETIME differ", ul({ until: "2027-11-30T10:00" }));
use("ul-other-license", untrusted, "for a license with another label", ul({ license: D(plBody({ label: "" })) }));
use("ul-other-content", untrusted, "for another content", ul({ work: otherId }));
use("ul-other-key", untrusted, "for another device", ul({ key: malloryKey }));
use("ul-other-subject", untrusted, "for someone else on this device", ul({ subject: ada }));
use("ul-other-cipher", untrusted, "names another cipher", ul({ json: JSON.stringify({ ...terms, cipher: "MICROSOFT.ECB" }) }));
use("ul-ended", "access-expired", "ended this minute", ul(), { now: "2026-11-30T10:00:00Z" });
use("ul-skew", "success", "five minutes before it begins", ul(), { now: "2026-11-23T09:50:00Z" });
use("ul-not-yet", untrusted, "over five minutes before it begins", ul(), { now: "2026-11-23T09:49:59Z" });
use("ul-by-device", untrusted, "a use license a device made", ul({ by: malloryKey }));
use("ul-signed-by-another", untrusted, "names the tenant's key, signed with another", ul({ signer: malloryKey }));
use("ul-other-tenant", untrusted, "of another organisation", ul({ id: otherTenantId }));
use("pl-for-ul", malformed, "the publishing license in the place of a use license", pl());
use("rac-for-ul", malformed, "an account certificate in the place of a use license", rac());
use("ul-terms-version", malformed, "terms of later days", ul({ json: JSON.stringify({ ...terms, v: 2 }) }));
use("ul-terms-twice", malformed, "two members of one name in the terms", ul({ json: JSON.stringify(terms).replace('"v":1', '"v":1,"v":1') }));
license("ul-for-pl", malformed, "a use license in the place of a publishing license", chainOf(ul(), clc(), slc()));
license("permit-for-pl", malformed, "an edit permit in the place of a publishing license", chainOf(permit(), slc()));

// the certificates a service presents
const pinned = { tenant: tenantId, kid: tenantKey.kid, generation: 1, newest: tenantKey.kid };
const pinnedNewer = { ...pinned, generation: 2, newest: tenant2Key.kid };
const next = slc({ key: tenant2Key, by: tenantKey, generation: 2, from: "2026-11-10T00:00" });
const service_ = "service-untrusted";
chains("slcs-first", "success", "the first sign-in", `${declaration}${slc()}`, { pinned: null, believed: [tenantKey.kid] });
chains("slcs-pinned", "success", "the pinned key", `${declaration}${slc()}`, { pinned, believed: [tenantKey.kid] });
chains("slcs-rolled", "success", "a new key announced by the pinned one", `${declaration}${slc()}${next}`, { pinned, believed: [tenantKey.kid, tenant2Key.kid] });
chains("slcs-other", service_, "another key than the pinned one", `${declaration}${slc({ key: malloryKey })}`, { pinned });
chains("slcs-other-tenant", service_, "the pinned key under another organisation's id", `${declaration}${slc({ id: otherTenantId })}`, { pinned });
chains("slcs-generation-down", service_, "generation 2 was seen, now 1 is the newest", `${declaration}${slc()}`, { pinned: pinnedNewer });
chains("slcs-rolled-again", "success", "generation 2 was seen, and is still in its place", `${declaration}${slc()}${next}${slc({ key: tenant3Key, by: tenant2Key, generation: 3 })}`, { pinned: pinnedNewer, believed: [tenantKey.kid, tenant2Key.kid, tenant3Key.kid] });
chains("slcs-other-successor", service_, "the pinned key announces another successor than the one seen", `${declaration}${slc()}${slc({ key: tenant3Key, by: tenantKey, generation: 2 })}`, { pinned: pinnedNewer });
chains("slcs-other-successor-longer", service_, "and that one a third, so that the generation is higher", `${declaration}${slc()}${slc({ key: malloryKey, by: tenantKey, generation: 2 })}${slc({ key: tenant3Key, by: malloryKey, generation: 3 })}`, { pinned: pinnedNewer });
chains("slcs-stranger-in-front", untrusted, "a stranger's key in front of the pinned one, which did not sign it", `${declaration}${slc({ key: malloryKey, generation: 1 })}${slc({ generation: 2 })}`, { pinned: { ...pinned, generation: 2 } });
chains("slcs-stranger-announces", service_, "a stranger's key announces the pinned one, with a generation it never had", `${declaration}${slc({ key: malloryKey, generation: 6 })}${slc({ by: malloryKey, generation: 7 })}`, { pinned });
chains("slcs-stranger-not-believed", "success", "a stranger's key announces the pinned one: only the pinned one counts", `${declaration}${slc({ key: malloryKey, generation: 1 })}${slc({ by: malloryKey, generation: 2 })}`, { pinned: { ...pinned, generation: 2 }, believed: [tenantKey.kid] });
chains("slcs-not-announced", untrusted, "a new key nobody announced", `${declaration}${slc()}${slc({ key: tenant2Key, generation: 2 })}`, { pinned });
chains("slcs-skip", untrusted, "a generation is left out", `${declaration}${slc()}${slc({ key: tenant3Key, by: tenantKey, generation: 3 })}`, { pinned });
chains("slcs-rac", malformed, "an account certificate", `${declaration}${rac()}`, { pinned });

// content: header, segment, edition
const first = (fields = {}) => edition({ content: example.hash, ...fields });
const asBob = { by: person(bob), key: bobLicensor };
content("content-good", "success", "the worked example", file(example, first()));
content("content-with-permit", "success", "saved by an editor with a permit", file(example, first(asBob), permit()));
content("content-second-edition", "success", "a second edition names the first", file(example, first({ number: 2, previous: b64(D(bodyOf(first()))) })));
content("content-other-key", "content-damaged", "header and segment of another key", file(region(Buffer.from("x"), { key: Buffer.alloc(32, 9) }), first()));
content("content-two-keys", "content-damaged", "the right commitment, the segment under another key", file(region(Buffer.from("x"), { key: Buffer.alloc(32, 9), commitTo: contentKey }), first()));
content("content-commitment-other", "content-damaged", "the right segment, the commitment of another key", file(region(Buffer.from("hello, protected text"), { commitTo: Buffer.alloc(32, 9) }), first()));
content("content-other-license", "content-damaged", "content made for another license with the same key", file(region(Buffer.from("x"), { license: D("other") }), first()));
const headerWith = (at, byte) => ({ ...example, header: Buffer.from(example.header.map((old, index) => (index === at ? byte : old))) });
content("content-magic", "content-damaged", "SWC2", file(headerWith(3, 0x32), first()));
content("content-segment-size", "content-damaged", "another segment size", file(headerWith(4, 0x15), first()));
content("content-reserved", "content-damaged", "a reserved byte that is not zero", file(headerWith(5, 1), first()));
const forged = region(Buffer.from("hello, forged text!!!"));
content("content-forged", "edition-invalid", "a reader with the key wrote other content and kept the edition", file(forged, first()));
content("content-forged-signed", "edition-invalid", "... and signed it as himself without a permit", file(forged, edition({ ...asBob, content: forged.hash })));
content("content-forged-as-author", "edition-invalid", "... and named the author, with his own key", file(forged, edition({ key: malloryKey, content: forged.hash })));
content("content-forged-under-author-key", "edition-invalid", "... and named the author's key, which did not sign", file(forged, edition({ content: forged.hash, signer: malloryKey })));
content("edition-of-another-license", "edition-invalid", "an edition of another license", file(example, first({ license: D("other") })));
content("edition-of-another-content-id", "edition-invalid", "an edition of another content", file(example, first({ id: otherId })));
content("edition-names-another", "edition-invalid", "the issuer's key, but the edition names Bob", file(example, first({ by: person(bob) })));
content("edition-names-tenant", "edition-invalid", "the issuer's key, but the edition names the tenant", file(example, first({ by: server(tenantId) })));
content("edition-zero", "edition-invalid", "edition 0", file(example, first({ number: 0 })));
content("edition-without-previous", "edition-invalid", "edition 2 that names none before", file(example, first({ number: 2 })));
content("edition-first-with-previous", "edition-invalid", "edition 1 that names one before", file(example, first({ previous: b64(D("x")) })));
content("edition-missing", "edition-invalid", "no trailer", Buffer.concat([example.header, example.segment]));
content("edition-empty", "edition-invalid", "a trailer without documents", file(example));
content("edition-magic", "edition-invalid", "SWE2", Buffer.concat([file(example, first()).subarray(0, -1), Buffer.from("2")]));
content("edition-length", "edition-invalid", "a length one less", Buffer.concat([example.header, example.segment, Buffer.from(first()), u32(first().length - 1), Buffer.from("SWE1")]));
content("edition-length-over-16-kib", "edition-invalid", "a length over 16 KiB", Buffer.concat([example.header, example.segment, Buffer.from(first()), u32(16 * 1024 - 7), Buffer.from("SWE1")]));
content("edition-length-wraps", "edition-invalid", "a length of 2^32 - 1", Buffer.concat([example.header, example.segment, Buffer.from(first()), u32(-1), Buffer.from("SWE1")]));
content("edition-bytes-behind", "edition-invalid", "a byte behind the trailer", Buffer.concat([file(example, first()), Buffer.from([0])]));
content("edition-two-permits", "edition-invalid", "two permits", file(example, first(asBob), permit(), permit()));
content("edition-permit-not-needed", "edition-invalid", "the issuer's own edition with a permit", file(example, first(), permit({ key: adaKey, subject: ada })));
content("permit-first", "edition-invalid", "the permit in front of the edition", file(example, permit(), first(asBob)));
content("permit-missing", "edition-invalid", "an editor's edition without a permit", file(example, first(asBob)));
content("permit-of-another-license", "edition-invalid", "a permit for another license", file(example, first(asBob), permit({ license: D("other") })));
content("permit-of-another-key", "edition-invalid", "a permit for another key", file(example, first(asBob), permit({ key: malloryKey })));
content("permit-of-another-subject", "edition-invalid", "a permit for Bob's key; the edition says Ada", file(example, first({ by: person(ada), key: bobLicensor }), permit()));
content("permit-ended", "edition-invalid", "a permit that had ended", file(example, first({ ...asBob, time: "2026-12-01T00:00" }), permit()));
content("permit-last-minute", "success", "a permit's last minute", file(example, first({ ...asBob, time: "2026-11-30T23:59" }), permit()));
content("permit-not-yet", "edition-invalid", "a permit given later", file(example, first({ ...asBob, time: "2026-11-23T08:54" }), permit()));
content("permit-other-right", "edition-invalid", "a permit for VIEW", file(example, first(asBob), permit({ name: "VIEW" })));
content("permit-by-device", "edition-invalid", "a permit a device gave itself", file(example, first(asBob), permit({ by: malloryKey })));
content("permit-by-issuer", "edition-invalid", "a permit the license's issuer gave", file(example, first(asBob), permit({ by: adaKey })));
content("permit-other-tenant", "edition-invalid", "a permit of another organisation", file(example, first(asBob), permit({ id: otherTenantId })));
content("clc-for-permit", "edition-invalid", "a licensor certificate in the place of a permit", file(example, first(asBob), clc({ key: bobLicensor, subject: bob })));
content("ul-for-permit", "edition-invalid", "a use license with EDIT in the place of a permit", file(example, first(asBob), ul({ key: bobLicensor, list: right("EDIT", access) })));

const target = new URL("license/", here);
mkdirSync(target, { recursive: true });
for (const old of readdirSync(target)) rmSync(new URL(old, target));
for (const [name, members] of cases) writeFileSync(new URL(`${name}.json`, target), `${JSON.stringify(members, null, 1)}\n`);
