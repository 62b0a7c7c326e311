import { type Kysely, sql } from "kysely";
import { belongsToPerson, createTable, index, key } from "./tables.js";

/** The tables for people outside, as migrations make them. */

export async function createGuests(db: Kysely<unknown>): Promise<void> {
  const guests = { person: "text", address: "text", made: "bigint", last: "bigint?" } as const;
  await createTable(db, "guests", guests, (table) =>
    belongsToPerson(key("guests", "person")(table), "guests").addUniqueConstraint("guests_address", [
      "address",
    ] as never[]),
  );
  const codes = {
    ticket: "text",
    address: "text",
    license: "text",
    challenge: "text",
    nonce: "text",
    code: "text?",
    tries: "bigint",
    next: "bigint",
    until: "bigint",
  } as const;
  await createTable(db, "guest_codes", codes, key("guest_codes", "ticket"));
  await index(db, "guest_codes", "until");
}

export async function createGuestPasskeys(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("guests").addColumn("proven", "bigint").execute();
  await sql`update guests set proven = last`.execute(db); // all of them came by a code
  const columns = {
    id: "text",
    person: "text",
    public_key: "text",
    counter: "bigint",
    made: "bigint",
    last: "bigint",
  } as const;
  await createTable(db, "guest_passkeys", columns, (table) =>
    belongsToPerson(key("guest_passkeys", "id")(table), "guest_passkeys"),
  );
  await index(db, "guest_passkeys", "person");
}
