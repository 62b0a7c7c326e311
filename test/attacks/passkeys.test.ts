import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeepPasskeyAnswer, OfferPasskeyAnswer, type RedeemPasskeyAnswer } from "../../shared/protocol/passkey-api.js";
import { Passkey, type Said } from "../service/guests/authenticator.js";
import { comeIn, type Guest, grantsTo, post, randomText, sha256, tokensFor } from "../service/guests/visitor.js";
import { refusalOf, type TestDevice } from "../service/licensing/device.js";
import { sharedService } from "../service/licensing/scratch-service.js";
import { openSmtpCatcher, type SmtpCatcher } from "../service/mail/smtp-catcher.js";

/** T14: what is tried with passkeys of guests. */

let catcher: SmtpCatcher;
const config: Record<string, unknown> = { trustedProxies: ["127.0.0.1", "::1"] };
beforeAll(async () => {
  catcher = await openSmtpCatcher({ disabledCommands: ["STARTTLS", "AUTH"] });
  const smtp = { host: "127.0.0.1", port: catcher.port, tls: "none" };
  config.mail = { from: "seal@trial.example", language: "en", smtp };
});
afterAll(() => catcher.close());
const shared = sharedService({ config: config as never });
const dayMs = 86_400_000;

let last = 0;
const someAddress = () => `guest${++last}@gmail.example`;

/** Somebody who came by a code; `mails` they got so far. */
async function guest(address = someAddress(), mails = 1): Promise<Guest & { address: string }> {
  const { license } = await shared().devices.ada.publish(grantsTo(address));
  return { ...(await comeIn(shared(), catcher, license, address, mails, some())), address };
}

const offer = ({ client }: TestDevice) => client.call("POST", "/guest-passkeys/offer", OfferPasskeyAnswer, {});
const keep = ({ client }: TestDevice, request: object) =>
  client.call("POST", "/guest-passkeys/keep", KeepPasskeyAnswer, request);

/** A guest with a passkey. */
async function holder(address = someAddress()) {
  const { device } = await guest(address);
  const passkey = new Passkey(shared().origin);
  const { challenge } = await offer(device);
  await keep(device, passkey.made(challenge));
  return { address, device, passkey };
}

interface Asking {
  challenge: string;
  verifier: string;
  nonce: string;
}

async function ask(): Promise<Asking> {
  const [verifier, nonce] = [randomText(), randomText()];
  const response = await post(shared().origin, "/guest-passkeys/ask", { challenge: sha256(verifier), nonce }, some());
  expect(response.status).toBe(200);
  return { ...((await response.json()) as { challenge: string }), verifier, nonce };
}

const some = () => ({ ip: `198.51.100.${(last % 250) + 1}` });

async function redeem(request: object): Promise<RedeemPasskeyAnswer> {
  const response = await post(shared().origin, "/guest-passkeys/redeem", request, some());
  expect(response.status).toBe(200);
  return (await response.json()) as RedeemPasskeyAnswer;
}

const enter = async (passkey: Passkey, said: Said = {}) => redeem(passkey.signed((await ask()).challenge, said));

const over = { state: "over" };
const isIn = { state: "in" };

describe("a passkey", () => {
  it("lets its guest in, in the page that asked and in no other", async () => {
    const { passkey, device } = await holder();
    const asking = await ask();
    const answer = await redeem(passkey.signed(asking.challenge));
    if (answer.state !== "in") throw new Error("not in");
    const other = { ...asking, ticket: "", license: "" };
    await expect(tokensFor(shared().origin, { ...other, verifier: randomText() }, answer.grant)).rejects.toMatchObject({
      code: "sign-in-needed",
    });
    const again = await redeem(passkey.signed((await askAs(asking)).challenge));
    if (again.state !== "in") throw new Error("not in");
    const { tokens } = await tokensFor(shared().origin, other, again.grant);
    expect(JSON.parse(Buffer.from(tokens.idToken!.split(".")[1]!, "base64url").toString())).toMatchObject({
      sub: device.certified.subject,
    });
  });

  it("signs once: what it signed lets nobody in a second time, nor for another challenge", async () => {
    const { passkey } = await holder();
    const signed = passkey.signed((await ask()).challenge);
    const both = await Promise.all([redeem(signed), redeem(signed)]);
    expect(both.map(({ state }) => state).sort()).toEqual(["in", "over"]);
    const { challenge } = await ask();
    expect(await redeem({ ...signed, challenge })).toMatchObject(over);
    expect(await redeem(passkey.signed(randomText()))).toMatchObject(over);
  });

  it.each<[string, Said]>([
    ["another page", { origin: "https://rms.contoso.example.evil.example" }],
    ["the same host at another port", { origin: "http://localhost:1" }],
    ["another host", { host: "evil.example" }],
    ["the making of one", { type: "webauthn.create" }],
    ["a challenge of somebody else", { challenge: randomText() }],
    ["whoever holds the device, who did not unlock it", { isUnlocked: false }],
    ["an older state of it, copied", { counter: 3 }],
  ])("lets nobody in that signed for %s", async (_what, said) => {
    const { passkey } = await holder();
    expect(await enter(passkey, { counter: 7 })).toMatchObject(isIn);
    expect(await enter(passkey, said.counter ? said : { ...said, counter: 8 })).toMatchObject(over);
    expect(await enter(passkey, { counter: 9 })).toMatchObject(isIn);
  });

  it("that nobody knows, or whose signature is another's, is answered in the same way", async () => {
    const { passkey } = await holder();
    const stranger = new Passkey(shared().origin);
    expect(await enter(stranger)).toMatchObject(over);
    expect(await enter(new Passkey(shared().origin, passkey.id))).toMatchObject(over);
    expect(await enter(passkey)).toMatchObject(isIn);
  });

  it("is no word for a mailbox after ninety days, until a code was typed again", async () => {
    const { passkey, address } = await holder();
    await provenBefore(address, 89);
    expect(await enter(passkey)).toMatchObject(isIn);
    await provenBefore(address, 90);
    expect(await enter(passkey)).toMatchObject(over);
    await guest(address, 2);
    expect(await enter(passkey)).toMatchObject(isIn);
  });

  it("is gone with its guest: locked out, let in again, or taken into the directory", async () => {
    const { ines } = shared().devices;
    const one = await holder();
    await ines.admin.lockGuest({ address: one.address, isLockedOut: true });
    expect(await enter(one.passkey)).toMatchObject(over);
    await ines.admin.lockGuest({ address: one.address, isLockedOut: false });
    expect(await enter(one.passkey)).toMatchObject(over);
    const other = await holder("sam@partner.example");
    await ines.admin.addPerson({ addresses: [other.address], name: "Sam", administrator: false, recycled: false });
    expect(await enter(other.passkey)).toMatchObject(over);
  });
});

const askAs = async ({ verifier, nonce }: Asking): Promise<Asking> => {
  const response = await post(shared().origin, "/guest-passkeys/ask", { challenge: sha256(verifier), nonce }, some());
  return { ...((await response.json()) as { challenge: string }), verifier, nonce };
};

/** As if a code had been typed so many days ago. */
const provenBefore = (address: string, days: number) =>
  shared().service.parts.store.write((tx) =>
    tx
      .updateTable("guests")
      .set({ proven: Date.now() - days * dayMs })
      .where("address", "=", address)
      .execute(),
  );

describe("keeping a passkey", () => {
  const kept = (device: TestDevice, request: object) => keep(device, request).then(() => "kept");

  it("is for guests, in their own name, with what was drawn for them, once and in time", async () => {
    const { ada } = shared().devices;
    expect(await refusalOf(offer(ada))).toMatchObject({ code: "access-denied" });
    const [one, two] = [await guest(), await guest()];
    const { challenge } = await offer(one.device);
    const made = new Passkey(shared().origin).made(challenge);
    expect(await refusalOf(keep(two.device, made))).toMatchObject({ code: "request-malformed" });
    expect(await refusalOf(keep(one.device, made))).toMatchObject({ code: "request-malformed" }); // it was spent
    const late = new Passkey(shared().origin).made((await offer(one.device)).challenge);
    shared().clock.now = () => Date.now() + 5 * 60_000;
    expect(await refusalOf(keep(one.device, late))).toMatchObject({ code: "request-malformed" });
    shared().clock.now = Date.now;
    const entry = new Passkey(shared().origin).made((await ask()).challenge);
    expect(await refusalOf(keep(one.device, entry))).toMatchObject({ code: "request-malformed" });
  });

  it.each<[string, Said]>([
    ["another page", { origin: "https://evil.example" }],
    ["another host", { host: "evil.example" }],
    ["a signature", { type: "webauthn.get" }],
    ["another challenge", { challenge: randomText() }],
    ["nobody who unlocked it", { isUnlocked: false }],
  ])("refuses what was made for %s", async (_what, said) => {
    const { device } = await guest();
    const made = new Passkey(shared().origin).made((await offer(device)).challenge, said);
    expect(await refusalOf(keep(device, made))).toMatchObject({ code: "request-malformed" });
  });

  it("takes nobody else's id, and no more than ten: the one unused for longest goes", async () => {
    const { passkey } = await holder();
    const { device } = await guest();
    const stolen = new Passkey(shared().origin, passkey.id).made((await offer(device)).challenge);
    expect(await refusalOf(keep(device, stolen))).toMatchObject({ code: "request-malformed" });
    expect(await enter(passkey)).toMatchObject(isIn);
    const passkeys: Passkey[] = [];
    const { clock } = shared();
    const startMs = Date.now();
    for (let i = 0; i < 11; i++) {
      clock.now = () => startMs + i;
      const one = new Passkey(shared().origin);
      expect(await kept(device, one.made((await offer(device)).challenge))).toBe("kept");
      passkeys.push(one);
    }
    clock.now = Date.now;
    expect((await offer(device)).known).toHaveLength(10);
    expect(await enter(passkeys[0]!)).toMatchObject(over);
    expect(await enter(passkeys[1]!)).toMatchObject(isIn);
  });
});

it("who asks for passkeys is limited by network address", async () => {
  const ip = "203.0.113.77";
  const request = { challenge: randomText(), nonce: randomText() };
  const statuses: number[] = [];
  for (let i = 0; i < 32; i++)
    statuses.push((await post(shared().origin, "/guest-passkeys/ask", request, { ip })).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(30);
  expect(statuses.at(-1)).toBe(429);
});
