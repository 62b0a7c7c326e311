import { sql } from "kysely";
import type { FoundPerson } from "../../shared/protocol/people-api.js";
import type { Database } from "./database.js";
import { matches } from "./people.js";

/** Words looked for; more than names have. */
const maxWords = 5;

/**
 * People in use, and groups, of whom each word of `text` begins a word of the name, or the address; by name.
 * @param limit - found at most.
 */
export async function searchPeople(db: Database, text: string, limit: number): Promise<FoundPerson[]> {
  const words = text.split(/\s+/).filter(Boolean).slice(0, maxWords);
  const people = await db
    .selectFrom("people")
    .innerJoin("addresses", (on) => on.onRef("person", "=", "id").on("position", "=", 0))
    .select(["name", "address"])
    .where("state", "=", "active")
    .where((is) => is.and(words.map(beginsOne)))
    .orderBy("name")
    .limit(limit)
    .execute();
  const groups = await db
    .selectFrom("groups")
    .select(["name", "address"])
    .where((is) => is.and(words.map(beginsOne)))
    .orderBy("name")
    .limit(limit)
    .execute();
  const found = [
    ...people.map((one) => ({ ...one, isGroup: false })),
    ...groups.map((one) => ({ ...one, isGroup: true })),
  ];
  return found.sort((a, b) => a.name.localeCompare(b.name)).slice(0, limit);
}

/** Whether `word` begins a name, another word of it, or an address. */
const beginsOne = (word: string) =>
  sql<boolean>`(${matches("name", word, (part) => `${part}%`)} or ${matches("name", word, (part) => `% ${part}%`)}
    or ${matches("address", word, (part) => `${part}%`)})`;
