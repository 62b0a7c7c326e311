import { expect, it } from "vitest";
import { foreignViewer } from "../../viewer/foreign.js";

it("leads to another organisation's viewer by its public https name", () => {
  expect(foreignViewer("https://rms.fabrikam.example/_wmcs/licensing")?.href).toBe("https://rms.fabrikam.example/view");
  expect(foreignViewer("https://RMS.bücher.example/")?.href).toBe("https://rms.xn--bcher-kva.example/view");
});

it.each([
  "http://rms.fabrikam.example/",
  "https://rms.fabrikam.example:8443/",
  "https://ada:secret@rms.fabrikam.example/",
  "https://localhost/",
  "https://rms.localhost/",
  "https://intranet/",
  "https://rms.fabrikam.local/",
  "https://rms.internal/",
  "https://127.0.0.1/",
  "https://0x7f.1/",
  "https://169.254.169.254/latest/meta-data/",
  "https://[::1]/",
  "https://[::ffff:169.254.169.254]/",
  "https://rms.fabrikam.example./",
  "file:///etc/passwd",
  "javascript:alert(1)//rms.fabrikam.example",
  "data:text/html,x",
  "",
  "rms.fabrikam.example",
])("does not lead to %s", (address) => expect(foreignViewer(address)).toBeNull());
