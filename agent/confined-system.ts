/** What confined programs see of this computer: programs, libraries and fonts. No home, no documents, no network. */

const readable = [
  "/opt",
  "/etc/fonts",
  "/etc/libreoffice",
  "/etc/ld.so.cache",
  "/etc/alternatives",
  "/var/cache/fontconfig",
];
const links = ["bin", "sbin", "lib", "lib32", "lib64"];

/** The arguments of bubblewrap for that; folders to work in come on top. */
export const systemArgs: readonly string[] = [
  ...["--unshare-all", "--die-with-parent", "--new-session", "--clearenv"],
  ...["--ro-bind", "/usr", "/usr"],
  ...links.flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
  ...readable.flatMap((path) => ["--ro-bind-try", path, path]),
  ...["--proc", "/proc", "--dev", "/dev"],
];
