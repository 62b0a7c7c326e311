import { rm } from "node:fs/promises";
import * as z from "zod";
import { utf8 } from "../shared/bytes.js";
import { parseJson } from "../shared/json.js";
import { labelPath, textIn } from "../shared/label.js";
import type { PolicyAnswer } from "../shared/protocol/service-api.js";
import { type Home, homeAt } from "./home.js";
import { readSmallFile, replaceSmallFile } from "./small-file.js";
import { readWatches } from "./watches.js";

const Names = z.object({ v: z.literal(1), labels: z.array(z.string()), templates: z.array(z.string()) });

/** What a person may want to type: how labels and templates are called, and which folders are watched. */
export interface KnownNames {
  readonly labels: readonly string[];
  readonly templates: readonly string[];
  readonly folders: readonly string[];
}

const maxBytes = 1024 * 1024;
const nothing = { labels: [], templates: [] };

/** `names.json`: in clear, since completing a command must need no key. Nobody decides anything by it. */
export const keepNames = (home: Home, { labels, templates }: PolicyAnswer): Promise<void> =>
  replaceSmallFile(
    home.names,
    utf8(
      JSON.stringify({
        v: 1,
        labels: labels.map((label) => labelPath(labels, label)),
        templates: templates.map(({ names }) => textIn(names)),
      } satisfies z.infer<typeof Names>),
    ),
  );

export const forgetNames = (home: Home): Promise<void> => rm(home.names, { force: true });

/** As last heard; nothing where nothing was, or what is there cannot be read. Makes no home where there is none. */
export async function knownNames(home = homeAt()): Promise<KnownNames> {
  const read = async () => {
    const bytes = await readSmallFile(home.names, maxBytes);
    return bytes === null ? nothing : Names.parse(parseJson(bytes, "state-damaged"));
  };
  const [{ labels, templates }, watches] = await Promise.all([
    read().catch(() => nothing),
    readWatches(home).catch(() => []),
  ]);
  return { labels, templates, folders: watches.map(({ folder }) => folder) };
}
