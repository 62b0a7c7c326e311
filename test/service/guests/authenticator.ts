import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What an authenticator says; each can be said wrongly. */
export interface Said {
  origin?: string;
  /** What it believes to sign for. */
  host?: string;
  type?: string;
  challenge?: string;
  isUnlocked?: boolean;
  counter?: number;
}

const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();

/** A passkey by hand (WebAuthn level 2, section 6; ES256), beside the browsers' own. */
export class Passkey {
  readonly id: string;
  readonly #origin: string;
  readonly #key: { publicKey: KeyObject; privateKey: KeyObject };
  #counter = 0;

  constructor(origin: string, id = randomBytes(16).toString("base64url")) {
    this.id = id;
    this.#origin = origin;
    this.#key = generateKeyPairSync("ec", { namedCurve: "P-256" });
  }

  /** COSE, base64url. */
  get publicKey(): string {
    return this.#cose().toString("base64url");
  }

  /** Of `guest-passkeys/keep`. */
  made(challenge: string, said: Said = {}) {
    const id = Buffer.from(this.id, "base64url");
    const about = Buffer.concat([Buffer.alloc(16), length16(id), id, this.#cose()]);
    const data = this.#authenticatorData(0x40, { counter: 0, ...said }, about);
    const attestation = Buffer.concat([
      Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746159", "hex"), // {fmt: "none", attStmt: {}, authData: …}
      length16(data),
      data,
    ]).toString("base64url");
    return { challenge, id: this.id, clientData: this.#clientData(challenge, "webauthn.create", said), attestation };
  }

  /** Of `guest-passkeys/redeem`. */
  signed(challenge: string, said: Said = {}) {
    this.#counter = said.counter ?? this.#counter + 1;
    const data = this.#authenticatorData(0, { ...said, counter: this.#counter });
    const clientData = this.#clientData(challenge, "webauthn.get", said);
    const message = Buffer.concat([data, sha256(Buffer.from(clientData, "base64url"))]);
    const signature = sign("sha256", message, this.#key.privateKey).toString("base64url");
    return { challenge, id: this.id, clientData, authenticatorData: data.toString("base64url"), signature };
  }

  #clientData(challenge: string, type: string, said: Said): string {
    const origin = said.origin ?? this.#origin;
    const data = { type: said.type ?? type, challenge: said.challenge ?? challenge, origin, crossOrigin: false };
    return Buffer.from(JSON.stringify(data)).toString("base64url");
  }

  #authenticatorData(flags: number, { host, isUnlocked = true, counter = 0 }: Said, more = Buffer.alloc(0)): Buffer {
    const rest = Buffer.alloc(5);
    rest[0] = flags | 0x01 | (isUnlocked ? 0x04 : 0);
    rest.writeUInt32BE(counter, 1);
    return Buffer.concat([sha256(host ?? new URL(this.#origin).hostname), rest, more]);
  }

  /** {1: EC2, 3: ES256, -1: P-256, -2: x, -3: y} */
  #cose(): Buffer {
    const { x, y } = this.#key.publicKey.export({ format: "jwk" });
    const [head, middle] = ["a5010203262001215820", "225820"].map((hex) => Buffer.from(hex, "hex"));
    return Buffer.concat([head!, Buffer.from(x!, "base64url"), middle!, Buffer.from(y!, "base64url")]);
  }
}

function length16(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return length;
}
