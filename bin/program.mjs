import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Script } from "node:vm";

/**
 * Loads a program of one file with what V8 made of it before, as the build keeps it beside. Another version of Node does
 * without.
 * @param {string} path - absolute
 * @returns {{ script: Script, cachePath: string, exported: Record<string, unknown> }}
 */
export function loadProgram(path) {
  const source = readFileSync(path, "latin1"); // of ASCII alone, as the build writes it
  // under the name of the very content: V8 itself looks at its length only
  const cachePath = `${path}.${source.slice(source.lastIndexOf("/") + 1).trim()}.cache`;
  const text = `(function(exports,require,module,__filename,__dirname){${source}\n})`;
  const script = new Script(text, { filename: path, cachedData: readCache(cachePath) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
  return { script, cachePath, exported: module.exports };
}

const digestBytes = 32;

/** In front stands the SHA-256 of the rest: V8 does not look whether it is damaged, and would go astray. */
function readCache(path) {
  const bytes = readIfThere(path);
  const kept = bytes.subarray(digestBytes);
  return sha256(kept).equals(bytes.subarray(0, digestBytes)) ? kept : undefined;
}

/** Empty where there is none, or a build takes it away just now. */
function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** @param {Buffer} kept */
export const cacheOf = (kept) => Buffer.concat([sha256(kept), kept]);

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
