/** What PowerShell takes for the end of a text in single quotes; twice, each stands for itself. */
const quotes = /['\u2018\u2019\u201a\u201b]/g;

/**
 * The command line that opens a file on Windows and waits for its program. The name is the sender's word: `start` of `cmd` would
 * run what stands behind an `&` in it, so that it goes as a quoted text in a script that no shell takes apart.
 */
export function windowsOpener(path: string): string[] {
  const script = `Start-Process -Wait -FilePath '${path.replace(quotes, "$&$&")}'`;
  const encoded = Buffer.from(script, "utf16le").toString("base64");
  return ["powershell.exe", "-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded];
}
