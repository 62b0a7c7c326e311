import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Payloads } from "../store/payloads.js";

/** Models of which every id may be seen once: proofs of possession at the token endpoint. */
const seenOnce = "ReplayDetection";

/**
 * Where the OpenID provider keeps its sessions, grants and tokens. Stricter than it asks for: of two requests that use
 * one code, refresh token or proof at the same moment, one gets `refused()`.
 */
export class PayloadAdapter implements Adapter {
  readonly #model: string;
  readonly #payloads: Payloads;
  readonly #refused: () => Error;
  readonly #now: () => number;

  constructor(model: string, payloads: Payloads, refused: () => Error, now: () => number) {
    this.#model = model;
    this.#payloads = payloads;
    this.#refused = refused;
    this.#now = now;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const until = expiresIn ? this.#now() + expiresIn * 1000 : null;
    if (this.#model !== seenOnce) await this.#payloads.put(this.#model, id, payload, until);
    else if (!(await this.#payloads.putNew(this.#model, id, payload, until))) throw this.#refused();
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return (await this.#payloads.find(this.#model, id)) ?? undefined;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return (await this.#payloads.findByUid(this.#model, uid)) ?? undefined;
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return (await this.#payloads.findByUserCode(this.#model, userCode)) ?? undefined;
  }

  async consume(id: string): Promise<void> {
    if (!(await this.#payloads.consume(this.#model, id))) throw this.#refused();
  }

  destroy(id: string): Promise<void> {
    return this.#payloads.remove(this.#model, id);
  }

  revokeByGrantId(grantId: string): Promise<void> {
    return this.#payloads.removeGrant(this.#model, grantId);
  }
}
