/**
 * Whether `text` can stand behind a file name on every system: "" or a dot and up to 254 printable ASCII characters,
 * without separators, the characters Windows gives a meaning, or an end in dot or space (which Windows drops).
 * An extension from a file becomes part of the name of another: "/../x" or ":stream" must not get that far.
 */
export const isPlainExtension = (text: string): boolean =>
  text === "" || (text.length <= 255 && /^\.[ -~]*[!-~]$/.test(text) && !/[/\\:*?"<>|]|\.$/.test(text));

/** From the last dot to the end, when that can be an extension; else "" ("Makefile", "plan.größe"). */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot) : "";
  return isPlainExtension(extension) ? extension : "";
}
