import type { Bytes } from "./bytes.js";
import { RightsError, type RightsErrorCode } from "./errors.js";

const maxDepth = 32;
const token = /[{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+/g;
const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * A JSON text as I-JSON (RFC 7493): UTF-8 without BOM, no duplicate names, no lone surrogates, at most 32 levels deep.
 * `JSON.parse` lets the last of two equal names win, so two readers could see two policies in one text.
 * @throws RightsError `code` for anything else.
 */
export function parseJson(bytes: Bytes, code: RightsErrorCode): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    refuseDuplicates(text);
    return value;
  } catch (cause) {
    throw new RightsError(code, "a JSON text is damaged or not spelled as it must be", { cause });
  }
}

/** Walks the tokens of a text that `JSON.parse` has accepted, so only names, depth and surrogates are left to see. */
function refuseDuplicates(text: string): void {
  const open: (Set<string> | null)[] = [];
  let expectsName = false;
  for (const [piece] of text.matchAll(token)) {
    if (piece === "{" || piece === "[") {
      if (open.push(piece === "{" ? new Set() : null) > maxDepth) throw new Error("too deep");
      expectsName = piece === "{";
    } else if (piece === "}" || piece === "]") {
      open.pop();
      expectsName = false;
    } else if (piece === ",") expectsName = open.at(-1) instanceof Set;
    else if (piece.startsWith('"')) {
      // what is written without an escape stands for itself, and is well-formed as all UTF-8 is
      const escaped = piece.includes("\\");
      const value = escaped ? (JSON.parse(piece) as string) : piece.slice(1, -1);
      if (escaped && lone.test(value)) throw new Error("lone surrogate");
      if (expectsName) addName(open.at(-1), value);
      expectsName = false;
    }
  }
}

function addName(names: Set<string> | null | undefined, name: string): void {
  if (!names) return;
  if (names.has(name)) throw new Error("duplicate name");
  names.add(name);
}
