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
    const text = (name: string) => (typeof payload[name] === "string" ? payload[name] : null);
    const indexed = { grant_id: text("grantId"), user_code: text("userCode"), uid: text("uid"), until };
    const columns = { payload: JSON.stringify(payload), ...indexed };
    return this.#write(async (tx) => {
      await tx
        .insertInto("oidc_payloads")
        .values({ model, id, ...columns })
        .onConflict((conflict) => conflict.columns(["model", "id"]).doUpdateSet(columns))
        .execute();
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

  /** Mark a code or token as used, so that a second use is noticed. */
  consume(model: string, id: string): Promise<void> {
    return this.#write(async (tx) => {
      const query = tx.selectFrom("oidc_payloads").select("payload").where("model", "=", model).where("id", "=", id);
      const row = await query.executeTakeFirst();
      if (!row) return;
      const payload = JSON.stringify({ ...JSON.parse(row.payload), consumed: Math.floor(this.#now() / 1000) });
      await tx.updateTable("oidc_payloads").set({ payload }).where("model", "=", model).where("id", "=", id).execute();
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
