// Programs of the system that some work needs: found, or installed where that is allowed, or named in one command.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * One entry: the Debian package, the names its program goes by, a variable that may name another place; for a package without
 * programs a file of it. `isOptional`: it goes without, and worse.
 */
const chromium = {
  package: "chromium",
  programs: ["chromium", "chromium-browser", "google-chrome"],
  variable: "CHROMIUM",
};
/** The same without windows: tests take half the time. Not every system has it. */
const headlessShell = { package: "chromium-headless-shell", programs: ["chromium-headless-shell"], isOptional: true };
const shells = ["zsh", "fish"].map((name) => ({ package: name, programs: [name] }));
const systemd = { package: "systemd", programs: ["systemd-analyze"] };
/** A password store of its own for each test that asks for one. */
const secretService = [
  { package: "dbus-daemon", programs: ["dbus-daemon"] },
  { package: "dbus-bin", programs: ["dbus-send"] },
  { package: "gnome-keyring", programs: ["gnome-keyring-daemon"] },
];
/** What a desktop asks about files. */
const desktop = [
  { package: "shared-mime-info", programs: ["update-mime-database"] },
  { package: "desktop-file-utils", programs: ["update-desktop-database"] },
  { package: "xdg-utils", programs: ["xdg-mime"] },
  { package: "libglib2.0-bin", programs: ["gio"] },
];
/** Other programs that read and write Office files, to hold ours against. */
const office = [
  { package: "p7zip-full", programs: ["7z"] },
  { package: "python3-olefile", files: ["/usr/lib/python3/dist-packages/olefile/__init__.py"] },
  { package: "python3-xlsxwriter", files: ["/usr/lib/python3/dist-packages/xlsxwriter/__init__.py"] },
  { package: "libapache-poi-java", files: ["/usr/share/java/poi.jar"] },
  { package: "default-jdk-headless", programs: ["javac"] },
];
/** Puts certificates where browsers find them. */
const certificates = { package: "libnss3-tools", programs: ["certutil"] };
/** What makes PDF copies of them. */
const converter = [
  { package: "libreoffice-writer-nogui", files: ["/usr/lib/libreoffice/program/libswlo.so"] },
  { package: "libreoffice-calc-nogui", files: ["/usr/lib/libreoffice/program/libsclo.so"] },
  { package: "libreoffice-impress-nogui", files: ["/usr/lib/libreoffice/program/libsdlo.so"] },
  { package: "bubblewrap", programs: ["bwrap"] },
  { package: "fonts-liberation", files: ["/usr/share/fonts/truetype/liberation"] },
  { package: "poppler-utils", programs: ["pdftotext", "pdftoppm"] },
];
/** Writes PDFs as other programs do. */
const qpdf = { package: "qpdf", programs: ["qpdf"] };
const age = { package: "age", programs: ["age"] };

/** What each piece of work needs. */
export const needs = {
  test: [
    chromium,
    headlessShell,
    ...shells,
    systemd,
    ...secretService,
    ...desktop,
    ...office,
    ...converter,
    qpdf,
    certificates,
  ],
  bench: [age, ...converter],
};

const isProgram = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const folders = () => [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"].filter(Boolean);

/** Where a program is, or the file that says that a package without programs is there; or `null`. */
export function findProgram({ programs = [], files = [], variable }) {
  const named = variable === undefined ? undefined : process.env[variable];
  if (named) return isProgram(named) ? named : null;
  const paths = programs.flatMap((name) => folders().map((folder) => join(folder, name)));
  return paths.find(isProgram) ?? files.find(existsSync) ?? null;
}

/** How this user may install packages: the command's first words, or `null`. */
function installer() {
  if (!findProgram({ programs: ["apt-get"] })) return null;
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync("sudo", ["-n", "true"], { stdio: "ignore" });
  return sudo.status === 0 ? ["sudo", "-n"] : null;
}

function install(prefix, packages) {
  const apt = (...args) => {
    const [program, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...args];
    return spawnSync(program, rest, { stdio: ["ignore", 2, 2] }).status === 0;
  };
  apt("update"); // an old list may still do
  apt("install", "-y", "--no-install-recommends", ...packages);
}

/**
 * @param {"test" | "bench"} work
 * @returns {string | null} what to tell the person, or `null` when everything is there.
 */
export function ensureSystemPackages(work) {
  const missing = (isOptional) =>
    needs[work].filter((need) => (need.isOptional ?? false) === isOptional && findProgram(need) === null);
  const packages = missing(false).map((need) => need.package);
  const prefix = missing(true).length + packages.length === 0 ? null : installer();
  if (prefix !== null && packages.length > 0) {
    console.error(`installing ${packages.join(", ")} …`);
    install(prefix, packages);
  }
  const known = missing(true).filter((need) => isKnown(need.package));
  if (prefix !== null && known.length > 0)
    install(
      prefix,
      known.map((need) => need.package),
    );
  const left = missing(false).map((need) => need.package);
  return left.length === 0
    ? null
    : `missing on this machine: ${left.join(", ")}\nsudo apt-get install -y ${left.join(" ")}`;
}

const isKnown = (name) => spawnSync("apt-cache", ["show", name], { stdio: "ignore" }).status === 0;
