import { newId } from "../../shared/ids.js";
import type { Label } from "../../shared/label.js";
import { roles } from "../../shared/rights.js";
import type { Template, Texts } from "../../shared/template.js";

/** Who the default labels speak of. */
export interface PolicyPeople {
  /** Everybody in the organisation, as `@domain`. */
  everyone: string;
  /** The addresses of a project's group and of who leads it; without, whoever protects for a project says for whom. */
  project?: { group: string; lead: string };
}

const green = "#13a10e";
const blue = "#0078d4";
const orange = "#ca5010";
const red = "#d13438";

const offlineDays = 7;

/** The labels people start with, and the templates behind them (as in Azure). */
export function defaultPolicy(people: PolicyPeople): { labels: Label[]; templates: Template[] } {
  const { employees, strict } = employeeTemplates(people);
  const project = people.project ? projectTemplate(people.project) : null;
  const templates = [employees, strict, ...(project ? [project] : [])];
  return { labels: labels({ employees, strict, project }), templates };
}

function employeeTemplates({ everyone }: PolicyPeople) {
  const employees: Template = {
    id: newId(),
    names: { en: "Confidential, all employees", de: "Vertraulich, alle Beschäftigten" },
    descriptions: {
      en: "Everybody in the organisation can edit, copy and print.",
      de: "Alle in der Organisation dürfen bearbeiten, kopieren und drucken.",
    },
    grants: [{ who: [everyone], rights: [...roles["Co-author"]] }],
    expiry: { type: "never" },
    offlineDays,
  };
  const strict: Template = {
    id: newId(),
    names: { en: "Highly confidential, all employees", de: "Streng vertraulich, alle Beschäftigten" },
    descriptions: {
      en: "Everybody in the organisation can read and edit, but neither copy nor print.",
      de: "Alle in der Organisation dürfen lesen und bearbeiten, aber weder kopieren noch drucken.",
    },
    grants: [{ who: [everyone], rights: [...roles.Reviewer] }],
    expiry: { type: "never" },
    offlineDays: 1,
  };
  return { employees, strict };
}

const projectTemplate = ({ lead, group }: NonNullable<PolicyPeople["project"]>): Template => ({
  id: newId(),
  names: { en: "Confidential, project", de: "Vertraulich, Projekt" },
  descriptions: {
    en: "Members of the project can edit, copy, print and save without protection.",
    de: "Mitglieder des Projekts dürfen bearbeiten, kopieren, drucken und ungeschützt speichern.",
  },
  grants: [
    { who: [lead], rights: ["OWNER"] },
    { who: [group], rights: [...roles["Co-author"], "EXPORT"] },
  ],
  expiry: { type: "never" },
  offlineDays,
});

type Templates = Record<"employees" | "strict", Template> & { project: Template | null };

/** `order` follows the list: what comes later is more sensitive. */
function labels({ employees, strict, project }: Templates): Label[] {
  const confidential = newId();
  const highly = newId();
  const rows: Omit<Label, "order" | "pdfCopy">[] = [
    plain(newId(), names("Public", "Öffentlich"), green, tip("For everybody.", "Für alle.")),
    plain(newId(), names("General", "Allgemein"), blue, tip("For daily work.", "Für die tägliche Arbeit.")),
    plain(
      confidential,
      names("Confidential", "Vertraulich"),
      orange,
      tip("Would do harm elsewhere.", "Schadet in falschen Händen."),
    ),
    below(confidential, names("All employees", "Alle Beschäftigten"), orange, employees),
    below(confidential, names("Recipients only", "Nur Empfänger"), orange, null),
    below(confidential, names("Project", "Projekt"), orange, project),
    plain(
      highly,
      names("Highly confidential", "Streng vertraulich"),
      red,
      tip("Would do great harm elsewhere.", "Schadet sehr in falschen Händen."),
    ),
    { ...below(highly, names("All employees", "Alle Beschäftigten"), red, strict), justify: true },
    { ...below(highly, names("Specific people", "Bestimmte Personen"), red, null), justify: true },
  ];
  return rows.map((row, order) => ({ ...row, order, pdfCopy: true }));
}

const names = (en: string, de: string): Texts => ({ en, de });
const tip = names;

const plain = (id: string, names: Texts, color: string, tooltip: Texts) => ({
  id,
  names,
  color,
  tooltip,
  parent: null,
  template: null,
});

const whoMay = tip("You say who may open it.", "Sie bestimmen, wer es öffnen darf.");

/** Without a template, whoever protects says for whom. */
const below = (parent: string, names: Texts, color: string, template: Template | null) => ({
  id: newId(),
  names,
  color,
  parent,
  tooltip: template?.descriptions ?? whoMay,
  template: template?.id ?? null,
});
