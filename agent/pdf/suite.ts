import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { RightsError } from "../../shared/errors.js";

/** The programs that make a PDF of an Office document: LibreOffice, and what keeps it from everything else. */
export interface Suite {
  readonly libreOffice: string;
  /** bubblewrap: no network, and of this computer's files only those that LibreOffice itself needs. */
  readonly confinement: string;
}

/** @returns where a program is, `null` if it is not on the path. */
export function programOnPath(...names: readonly string[]): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return paths.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const findLibreOffice = (): string | null => programOnPath("soffice", "libreoffice");

/** @throws RightsError `converter-missing`, with words that say what to install. */
export function findSuite(): Suite {
  const libreOffice = findLibreOffice();
  const confinement = programOnPath("bwrap");
  if (process.platform !== "linux") throw missing("PDF copies are made on Linux only as yet");
  if (libreOffice === null) throw missing("LibreOffice is not installed; on Debian: apt install libreoffice");
  if (confinement === null)
    throw missing(
      "bubblewrap, which keeps LibreOffice off the network, is not installed; on Debian: apt install bubblewrap",
    );
  return { libreOffice, confinement };
}

const missing = (why: string) => new RightsError("converter-missing", `there is no PDF copy: ${why}`);
