// npm run addin:start [-- word | excel | powerpoint]: the add-in in the Office of this computer, for development. The service
// at the manifest's address must be running there, with a certificate that this computer trusts.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const manifest = join(root, "manifest.xml");
const program = process.argv[2] ?? "word";

function fail(...lines) {
  for (const [at, line] of lines.entries()) console.error(`addin:start: ${at === 0 ? "error" : "hint"}: ${line}`);
  process.exit(1);
}

if (!["word", "excel", "powerpoint"].includes(program)) fail(`there is no ${program}; name word, excel or powerpoint`);
if (!["win32", "darwin"].includes(process.platform))
  fail(
    "there is no Office to start on this system",
    "in Word on the web: Home, Add-ins, More Settings, Upload My Add-in, then the file",
    manifest,
    "the browser must reach the address in it and trust its certificate; docs/addin.md says how",
  );

const address = /<SourceLocation DefaultValue="([^"]+)"/.exec(await readFile(manifest, "utf8"))[1];
await fetch(address).then(
  ({ ok, status }) => ok || fail(`${address} answers with ${status}`, "build and start the service: docs/addin.md"),
  ({ cause }) => fail(`${address} does not answer: ${cause?.message ?? cause}`, "docs/addin.md says how to start it"),
);
const tool = join(root, "node_modules/office-addin-debugging/lib/cli.js");
const args = [tool, "start", manifest, "desktop", "--app", program, "--no-debug"];
spawn(process.execPath, args, { stdio: "inherit" }).on("exit", (code) => process.exit(code ?? 1));
