import type { Label } from "../../shared/label.js";
import type { PolicyDocument } from "../../shared/policy-document.js";
import type { Template } from "../../shared/template.js";
import { compileOnce } from "./compiled.js";
import type { Ask, Database, Write } from "./database.js";

export interface PolicyState {
  version: number;
  /** Nothing goes without a label. */
  mandatory: boolean;
}

/** The organisation's templates and labels. What goes in was checked by whoever puts it in. */
export class Policies {
  readonly #read: Database;
  readonly #write: Write;
  readonly #ask: Ask;
  readonly #template;
  readonly #label;

  constructor(read: Database, write: Write, ask: Ask) {
    this.#read = read;
    this.#write = write;
    this.#ask = ask;
    this.#template = compileOnce((id: string) => read.selectFrom("templates").select("json").where("id", "=", id));
    this.#label = compileOnce((id: string) => read.selectFrom("labels").select("json").where("id", "=", id));
  }

  /** The template as it is now: grants read it each time. */
  async template(id: string): Promise<Template | null> {
    const [row] = await this.#ask(this.#template(id));
    return row ? JSON.parse(row.json) : null;
  }

  async label(id: string): Promise<Label | null> {
    const [row] = await this.#ask(this.#label(id));
    return row ? JSON.parse(row.json) : null;
  }

  templates(): Promise<Template[]> {
    return readTemplates(this.#read);
  }

  /** In the order people see them. */
  labels(): Promise<Label[]> {
    return readLabels(this.#read);
  }

  /** What holds for all labels. `version` counts changes. */
  state(): Promise<PolicyState> {
    return readState(this.#read);
  }

  /** Make or replace templates and labels, all or none. */
  put({ templates = [], labels = [] }: { templates?: Template[]; labels?: Label[] }): Promise<void> {
    return this.#write(async (tx) => {
      for (const template of templates) await putTemplate(tx, template);
      for (const label of labels) await putLabel(tx, label);
    });
  }
}

async function readTemplates(db: Database): Promise<Template[]> {
  const rows = await db.selectFrom("templates").select("json").orderBy("id").execute();
  return rows.map((row) => JSON.parse(row.json));
}

async function readLabels(db: Database): Promise<Label[]> {
  const rows = await db.selectFrom("labels").select("json").execute();
  return rows.map((row): Label => JSON.parse(row.json)).sort((a, b) => a.order - b.order);
}

async function readState(db: Database): Promise<PolicyState> {
  const row = await db.selectFrom("policy").selectAll().executeTakeFirstOrThrow();
  return { version: row.version, mandatory: row.mandatory === 1 };
}

/** All of it at one moment. */
export const readPolicy = async (db: Database): Promise<PolicyDocument> => ({
  ...(await readState(db)),
  templates: await readTemplates(db),
  labels: await readLabels(db),
});

/** Everything that is offered from now on, within one transaction; what is not in it goes. */
export async function replacePolicy(
  tx: Database,
  { version, mandatory }: PolicyState,
  { templates, labels }: { templates: readonly Template[]; labels: readonly Label[] },
): Promise<void> {
  const ids = (list: readonly { id: string }[]) => ["none", ...list.map(({ id }) => id)];
  await tx.deleteFrom("labels").where("id", "not in", ids(labels)).execute();
  await tx.deleteFrom("templates").where("id", "not in", ids(templates)).execute();
  for (const template of templates) await putTemplate(tx, template);
  for (const label of labels) await putLabel(tx, label);
  await tx
    .updateTable("policy")
    .set({ version, mandatory: Number(mandatory) })
    .execute();
}

async function putTemplate(tx: Database, template: Template): Promise<void> {
  const json = JSON.stringify(template);
  await tx
    .insertInto("templates")
    .values({ id: template.id, version: 1, json })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((set) => ({ json, version: set("templates.version", "+", 1) })),
    )
    .execute();
}

async function putLabel(tx: Database, label: Label): Promise<void> {
  const json = JSON.stringify(label);
  await tx
    .insertInto("labels")
    .values({ id: label.id, json })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ json }))
    .execute();
}
