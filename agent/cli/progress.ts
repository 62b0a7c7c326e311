import { basename } from "node:path";
import { showForNow, shown } from "./say.js";

/** What takes longer than this shows how far it is. */
const quietMs = 1000;
const everyMs = 100;
const barWidth = 24;

/** How far a command is. Bytes of one file may count twice or more: they are read, and read back. */
export interface Stage {
  readonly path: string;
  /** Of how many files this is which, from 1. */
  readonly file: number;
  readonly files: number;
  readonly bytes: number;
  /** Bytes in all; `null` where nobody knows, as with standard input. */
  readonly total: number | null;
  readonly elapsedMs: number;
}

const units = ["B", "KB", "MB", "GB", "TB"];

/** `1.4 GB` */
export function sizeOf(bytes: number): string {
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** unit;
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** The line for people; pure, and never wider than `columns`. */
export function progressLine({ path, file, files, bytes, total, elapsedMs }: Stage, columns: number): string {
  const name = path === "-" ? "standard input" : shown(basename(path));
  const count = files > 1 ? `${file} of ${files}  ` : "";
  const isCounted = total !== null || bytes > 0;
  const rate = `${sizeOf(bytes / Math.max(elapsedMs / 1000, 0.001))}/s`;
  const part = total === null ? null : Math.min(1, total === 0 ? 1 : bytes / total);
  const bar = part === null ? "" : `[${"#".repeat(Math.round(part * barWidth)).padEnd(barWidth)}] `;
  const done = part === null ? sizeOf(bytes) : `${Math.floor(part * 100)} %`.padStart(5);
  const tail = isCounted ? `  ${bar}${done}  ${rate}` : "";
  const room = Math.max(columns - 1 - count.length - tail.length, 8);
  const front = name.length > room ? `${name.slice(0, room - 1)}…` : name;
  return `${count}${front}${tail}`.slice(0, Math.max(columns - 1, 0));
}

/** Shows on a terminal how far a command is, once it has taken a second; elsewhere it does nothing. */
export class Progress {
  readonly #files: number;
  readonly #startedMs = Date.now();
  #timer: NodeJS.Timeout | null = null;
  #file = 0;
  #fileMs = 0;
  #path = "";
  #bytes = 0;
  #total: number | null = null;

  constructor(files: number) {
    this.#files = files;
    if (process.stderr.isTTY) this.#timer = setInterval(() => this.#draw(), everyMs).unref();
  }

  next(path: string): void {
    this.#path = path;
    this.#file++;
    this.#fileMs = Date.now();
    this.#bytes = 0;
    this.#total = null;
  }

  /** How many bytes will be counted for this file. */
  expect(bytes: number): void {
    this.#total = bytes;
  }

  readonly count = (bytes: number): void => {
    this.#bytes += bytes;
  };

  end(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    showForNow("");
  }

  #draw(): void {
    const isCounted = this.#total !== null || this.#bytes > 0;
    if (Date.now() - this.#startedMs < quietMs || !(isCounted || this.#files > 1)) return;
    const at = { path: this.#path, file: this.#file, files: this.#files, bytes: this.#bytes, total: this.#total };
    showForNow(progressLine({ ...at, elapsedMs: Date.now() - this.#fileMs }, process.stderr.columns || 80));
  }
}
