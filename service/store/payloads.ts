import type { Database, Write } from "./database.js";
import type { OidcPayloadRow } from "./schema.js";

type Payload = Record<string, unknown>;

/** Sessions, grants, codes and tokens of the embedded OpenID provider, by model and id. */
export class Payloads {
  readonly #read: Database;
  readonly #write: Write;
  readonly #now: () => number;

  constructor(read: Database, write: Write, now: () => number) {
    this.#read = read;
    this.#write = write;
    this.#now = now;
  }

  /** Keep `payload` until then (ms); `null` for good. */
  put(model: string, id: string, payload: Payload, until: number | null): Promise<void> {
    const row = toRow(model, id, payload, until);
    return this.#write(async (tx) => {
      const insert = tx.insertInto("oidc_payloads").values(row);
      await insert.onConflict((conflict) => conflict.columns(["model", "id"]).doUpdateSet(row)).execute();
    });
  }

  /** The same for what must not exist yet; `false` if it does. */
  putNew(model: string, id: string, payload: Payload, until: number | null): Promise<boolean> {
    const row = toRow(model, id, payload, until);
    return this.#write(async (tx) => {
      const insert = tx.insertInto("oidc_payloads").values(row);
      const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    });
  }

  find(model: string, id: string): Promise<Payload | null> {
    return this.#findBy(model, "id", id);
  }

  findByUid(model: string, uid: string): Promise<Payload | null> {
    return this.#findBy(model, "uid", uid);
  }

  findByUserCode(model: string, userCode: string): Promise<Payload | null> {
    return this.#findBy(model, "user_code", userCode);
  }

  /** Mark a code or token as used; `false` if it is not there or was used before. */
  consume(model: string, id: string): Promise<boolean> {
    return this.#write(async (tx) => {
      const query = tx.selectFrom("oidc_payloads").select("payload").where("model", "=", model).where("id", "=", id);
      const row = await query.executeTakeFirst();
      const known = row && JSON.parse(row.payload);
      if (!known || known.consumed) return false;
      const payload = JSON.stringify({ ...known, consumed: Math.floor(this.#now() / 1000) });
      await tx.updateTable("oidc_payloads").set({ payload }).where("model", "=", model).where("id", "=", id).execute();
      return true;
    });
  }

  remove(model: string, id: string): Promise<void> {
    return this.#write(async (tx) => {
      await tx.deleteFrom("oidc_payloads").where("model", "=", model).where("id", "=", id).execute();
    });
  }

  /** Everything that came from one grant: its codes and tokens end together. */
  removeGrant(model: string, grantId: string): Promise<void> {
    return this.#write(async (tx) => {
      await tx.deleteFrom("oidc_payloads").where("model", "=", model).where("grant_id", "=", grantId).execute();
    });
  }

  forgetBefore(time: number): Promise<void> {
    return this.#write(async (tx) => {
      await tx.deleteFrom("oidc_payloads").where("until", "<", time).execute();
    });
  }

  async #findBy(model: string, column: keyof OidcPayloadRow, value: string): Promise<Payload | null> {
    const row = await this.#read
      .selectFrom("oidc_payloads")
      .select("payload")
      .where("model", "=", model)
      .where(column, "=", value)
      .where((is) => is.or([is("until", "is", null), is("until", ">", this.#now())]))
      .executeTakeFirst();
    return row ? JSON.parse(row.payload) : null;
  }
}

/** Ends every sign-in made with a proof key: its tokens, and the grants they came from, so that none is made anew. */
export async function endSignInsWith(tx: Database, proofKey: string): Promise<void> {
  const bound = tx.selectFrom("oidc_payloads").select("grant_id").distinct().where("proof_key", "=", proofKey);
  for (const { grant_id: grant } of await bound.execute()) {
    if (grant === null) continue;
    await tx.deleteFrom("oidc_payloads").where("grant_id", "=", grant).execute();
    await tx.deleteFrom("oidc_payloads").where("model", "=", "Grant").where("id", "=", grant).execute();
  }
  await tx.deleteFrom("oidc_payloads").where("proof_key", "=", proofKey).execute();
}

/** Sessions, grants, codes and tokens of one person. A sign-in on its way stays: it has proved nothing yet. */
export async function endSignIns(tx: Database, account: string): Promise<void> {
  await tx.deleteFrom("oidc_payloads").where("account", "=", account).where("model", "!=", "Interaction").execute();
}

function toRow(model: string, id: string, payload: Payload, until: number | null): OidcPayloadRow {
  const text = (name: string): string | null => {
    const value = payload[name];
    return typeof value === "string" ? value : null;
  };
  const indexed = {
    grant_id: text("grantId"),
    user_code: text("userCode"),
    uid: text("uid"),
    proof_key: text("jkt"),
    account: text("accountId"),
  };
  return { model, id, payload: JSON.stringify(payload), ...indexed, until };
}
