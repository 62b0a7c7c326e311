import { BoundedCache } from "../../shared/bounded-cache.js";
import type { Bytes } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";

/** A license may have 64 KiB, and pages undo what they did last. */
const remembered = 200;

/** What pages had protected since the agent began: each may take back its own, and nothing else. */
export class MadeHere {
  readonly #licenses = new BoundedCache<Bytes>(remembered);

  note(pairing: string, contentId: string, license: Bytes): void {
    this.#licenses.set(nameOf(pairing, contentId), license);
  }

  /** @throws RightsError `file-missing`. */
  licenseOf(pairing: string, contentId: string): Bytes {
    const license = this.#licenses.get(nameOf(pairing, contentId));
    if (license !== undefined) return license;
    throw new RightsError(
      "file-missing",
      "the agent does not remember protecting this document; withdraw it with: seal revoke",
    );
  }
}

const nameOf = (pairing: string, contentId: string): string => `${pairing} ${contentId}`;
