import type { Opened } from "./opened.js";

type Use = Opened["use"];

import { holds } from "../shared/rights.js";
import { parseSecondTime } from "../shared/time.js";
import { type Level, localeFor, type Messages, type Shown } from "./messages.js";

/** When access ends, as the reader writes dates; `null` for never. */
export function endOf({ terms }: Use, language: string): string | null {
  if (terms.until === null) return null;
  const ms = parseSecondTime(terms.until, "license-malformed");
  return new Date(ms).toLocaleDateString(localeFor(language), { day: "numeric", month: "long", year: "numeric" });
}

/** "View, print until 3 March 2027": what the bar has room for. */
export function summaryOf(use: Use, say: Messages, language: string): string {
  const more = [
    ...(holds(use.rights, "PRINT") ? [say.can.print] : []),
    ...(holds(use.rights, "EXTRACT") ? [say.can.extract] : []),
    ...(holds(use.rights, "EXPORT") ? [say.can.export] : []),
  ];
  const end = endOf(use, language);
  const what = more.length === 0 ? say.viewOnly : say.mayAlso(more);
  return end === null ? what : `${what} ${say.until(end)}`;
}

const levels: Record<Shown, Level> = { view: "C", author: "C", until: "S", print: "V", extract: "V", export: "V" };

type RightsProps = { use: Use; say: Messages; language: string; isChecked: boolean };

/** Each right, and by what it is enforced: whoever reads this page should not believe more than is true. */
export function RightsList({ use, say, language, isChecked }: RightsProps) {
  const end = endOf(use, language);
  const rows: [Shown, string][] = [
    ["view", say.can.view],
    ["until", end === null ? say.cannot.until : `${say.can.until}: ${end}`],
    ["author", isChecked ? say.can.author : say.cannot.author],
    ["print", holds(use.rights, "PRINT") ? say.can.print : say.cannot.print],
    ["extract", holds(use.rights, "EXTRACT") ? say.can.extract : say.cannot.extract],
    ["export", holds(use.rights, "EXPORT") ? say.can.export : say.cannot.export],
  ];
  return (
    <>
      <ul class="rights">
        {rows.map(([right, text]) => (
          <li key={right}>
            <span>{text}</span> <abbr title={say.levels[levels[right]]}>{levels[right]}</abbr>
          </li>
        ))}
      </ul>
      <dl class="levels">
        {(["C", "S", "V"] as const).map((level) => (
          <div key={level}>
            <dt>{level}</dt>
            <dd>{say.levels[level]}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
