import type { ServiceConfig } from "./config.js";

export type TrialRole = "administrator" | "writer" | "colleague" | "outsider";

export interface TrialPerson {
  user: string;
  password: string;
  role: TrialRole;
}

/** The small organisation of `seal up`. */
export interface Trial {
  config: ServiceConfig;
  /** What the watched folder is protected with: "Confidential/Project". */
  label: string;
  people: TrialPerson[];
}
