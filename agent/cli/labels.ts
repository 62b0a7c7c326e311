import { labelPath, textIn } from "../../shared/label.js";
import { currentPolicy } from "../policy-cache.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { print, printJson, shown } from "./say.js";
import { openSession } from "./session.js";

export async function labels({ json }: ReportOptions): Promise<number> {
  const { account } = await openSession();
  const { labels: all } = await currentPolicy(account);
  const named = all.map((label) => ({ label, path: labelPath(all, label) }));
  const width = Math.max(...named.map(({ path }) => path.length), 0);
  for (const { label, path } of named) {
    const protects = label.template !== null;
    if (json) printJson({ id: label.id, label: path, protects, default: label.default ?? false });
    else
      print(
        shown(`${path.padEnd(width)}  ${protects ? textIn(label.tooltip) : `${textIn(label.tooltip)} (marks only)`}`),
      );
  }
  return exits.done;
}
