import type { Form, MarkKind, Marks, OpenDocument, PropertyChanges } from "../../addin/document.js";
import type { ProtectedCopy, ProtectJob, Protector } from "../../addin/protector.js";
import { utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import type { Label } from "../../shared/label.js";

/** A document without an Office around it, which fails where it is told to. */
export class ScratchDocument implements OpenDocument {
  readonly program = "word";
  url: string | null = "C:\\plans\\plan.docx";
  forms: readonly Form[] = ["package", "pdf"];
  canSave = true;
  saved = 0;
  content = new Blob(["PK\u0003\u0004 quicksilver"]);
  marks: Marks = {};
  canMark: readonly MarkKind[] = ["header", "footer", "watermark"];
  readonly values: Map<string, string>;
  /** Calls so far. */
  readonly calls: string[] = [];
  /** Which calls fail, by what each is called. */
  readonly failing = new Map<string, unknown>();

  constructor(values: Record<string, string> = {}) {
    this.values = new Map(Object.entries(values));
  }

  async bytes(form: Form, progress: (share: number) => void, signal: AbortSignal): Promise<Blob> {
    await this.#call(`bytes ${form}`);
    signal.throwIfAborted();
    progress(1);
    return this.content;
  }

  async properties() {
    await this.#call("properties");
    return new Map(this.values);
  }

  async setProperties(changes: PropertyChanges): Promise<boolean> {
    await this.#call("setProperties");
    for (const [key, value] of changes) {
      if (value === null) this.values.delete(key);
      else this.values.set(key, value);
    }
    return true;
  }

  async mark(marks: Marks): Promise<readonly MarkKind[]> {
    await this.#call("mark");
    this.marks = marks;
    return this.canMark.filter((kind) => marks[kind] !== undefined);
  }

  async save(): Promise<void> {
    await this.#call("save");
    this.saved++;
  }

  async #call(name: string): Promise<void> {
    this.calls.push(name);
    const error = this.failing.get(name);
    if (error !== undefined) throw error;
  }
}

export const silent = new RightsError("office-silent", "Office does not answer");

/** Protects by writing down what it was asked for. */
export class ScratchProtector implements Protector {
  readonly by: "agent" | "page";
  readonly jobs: ProtectJob[] = [];
  withdrawn = 0;
  ready = true;
  /** What happens meanwhile. */
  during: () => void = () => undefined;
  failing: unknown = null;

  constructor(by: "agent" | "page" = "page") {
    this.by = by;
  }

  isReady = async (): Promise<boolean> => this.ready;

  async protect(job: ProtectJob, progress: (share: number) => void, signal: AbortSignal): Promise<ProtectedCopy> {
    this.jobs.push(job);
    this.during();
    signal.throwIfAborted();
    if (this.failing !== null) throw this.failing;
    progress(1);
    const withdraw = async () => {
      this.withdrawn++;
      return null;
    };
    return { name: job.name, content: utf8("sealed"), pages: null, withdraw };
  }
}

export const tenant = "0d6a4c4e-6f7a-4f35-9d3c-2a7e4a1c9b10";

/** @param id - one digit is enough. */
export const labelOf = (id: string, more: Partial<Label> = {}): Label => ({
  id: `00000000-0000-4000-8000-00000000000${id}`,
  names: { en: `Label ${id}`, de: `Bezeichnung ${id}` },
  parent: null,
  order: Number(id),
  color: "#ca5010",
  tooltip: { en: "" },
  template: null,
  pdfCopy: true,
  ...more,
});
