import { extname } from "node:path";
import { RightsError } from "../../shared/errors.js";
import { type Label, labelPath } from "../../shared/label.js";
import type { PolicyAnswer } from "../../shared/protocol/service-api.js";
import { ownLabel } from "../own-label.js";
import { tellRelabel } from "../tell-relabel.js";
import { insideOf, noteOf } from "../work/inside-label.js";
import { type CarrierFile, labelFile, withCarrier } from "../work/label-file.js";
import type { Protector } from "../work/protect-file.js";
import { writerOf } from "../work/protect-file.js";
import type { Progress } from "./progress.js";
import type { Told } from "./report.js";
import { say, shown } from "./say.js";
import type { Session } from "./session.js";

/** What labelling a clear file takes, without protecting it. */
export interface ClearLabelling {
  readonly session: Session;
  readonly current: PolicyAnswer;
  readonly protector: Protector;
  /** `null`: the label goes. */
  readonly label: Label | null;
  readonly reason: string | null;
  readonly out: string | null;
  readonly keep: boolean;
}

/**
 * A clear file gets another label, or none, and stays clear.
 * @returns `null` for a file that carries no labels. @throws RightsError `usage` where a reason is missing.
 */
export const labelClear = (path: string, by: ClearLabelling, progress: Progress): Promise<Told | null> =>
  withCarrier(path, (file) => labelOpen(file, by, progress));

async function labelOpen(file: CarrierFile, by: ClearLabelling, progress: Progress): Promise<Told> {
  const { session, current, label, reason, out, keep, protector } = by;
  const { account } = session;
  const before = ownLabel(file.labels, account.info.tenant);
  if (label === null && before === null)
    throw new RightsError("usage", `it carries no label of ${account.info.organisation}, so there is none to take off`);
  await tellRelabel(account, current.labels, { license: null, from: before?.label ?? null, to: label, reason });
  progress.expect(2 * file.source.bytes.size);
  const labelName = label === null ? null : labelPath(current.labels, label);
  const how = { inside: insideOf({ label, labelName }, "Privileged"), out, keep, count: progress.count };
  const { path, notShown } = await labelFile(file, how, { ...writerOf(protector), journal: protector.journal });
  if (notShown.length > 0) say(`${shown(path)}: ${noteOf(notShown)}`);
  return {
    report: {
      path,
      state: "clear",
      format: extname(path).slice(1),
      label: labelName,
      organisation: label === null ? null : account.info.organisation,
    },
    lines: [
      `${shown(path)} ${label === null ? "carries no label any more" : `is labelled, and not protected: ${shown(labelName!)}`}`,
    ],
  };
}
