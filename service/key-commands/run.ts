import { RightsError } from "../../shared/errors.js";

/** `seal service keys …`: what must be done where the key files lie. */
export async function keyCommand([name, ...args]: string[]): Promise<void> {
  if (name === "list") return (await import("./list.js")).listKeys(args);
  if (name === "import") return (await import("./import.js")).importKey(args);
  if (name === "export") return (await import("./export.js")).exportKey(args);
  throw new RightsError("usage", "see what it takes: seal service keys --help");
}
