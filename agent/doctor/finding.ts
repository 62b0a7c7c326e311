/** What one check found: `note` is worth knowing and stops nothing. */
export interface Finding {
  readonly check: string;
  readonly state: "well" | "note" | "wrong";
  /** One line; never a secret. */
  readonly says: string;
  /** What to do, where there is something. */
  readonly next?: string;
}

/** Looks at one thing and changes nothing. Several findings, or none where there is nothing to look at. */
export interface Check {
  readonly name: string;
  look(): Promise<Omit<Finding, "check"> | null>;
}

export const well = (says: string) => ({ state: "well", says }) as const;
export const note = (says: string, next?: string) => ({ state: "note", says, ...(next ? { next } : {}) }) as const;
export const wrong = (says: string, next: string) => ({ state: "wrong", says, next }) as const;
