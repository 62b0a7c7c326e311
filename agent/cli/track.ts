import type { Bytes } from "../../shared/bytes.js";
import type { RevokeAnswer, TrackEvent } from "../../shared/protocol/service-api.js";
import { sendNotes } from "../outbox.js";
import type { Service } from "../service.js";
import { describe, openKnown } from "./describe.js";
import { eachFile, type ReportOptions, type Told } from "./report.js";
import { shown } from "./say.js";
import { openSession } from "./session.js";
import { withCovers } from "./streams.js";

/** `seal track`: who opened it, was refused, took it back, changed its rights. */
export async function track(path: string, options: ReportOptions): Promise<number> {
  const { account } = await openSession();
  await sendNotes(account);
  const known = await openKnown(account);
  return eachFile([path], options, () =>
    withCovers(path, async (covers): Promise<Told> => {
      const { document, events } = await account.service.track(covers.licenseBytes);
      const { revoked = null, amended = null, registered = null } = document ?? {};
      const state = revoked === null ? "protected" : "revoked";
      return {
        report: { ...(await describe(covers, known)), state },
        more: { registered, revoked, amended, events },
        lines: [
          ...events.map(eventLine),
          ...(revoked === null ? [] : [`withdrawn since ${revoked}`]),
          ...(amended === null ? [] : [`rights changed ${amended}`]),
          ...(events.length === 0 ? ["nobody has opened it yet"] : []),
        ],
      };
    }),
  );
}

const eventLine = ({ time, action, result, name, address }: TrackEvent): string =>
  shown(`${time}  ${action} ${result}  ${name ?? ""} <${address ?? "unknown"}>`);

/** When the last of the licenses given before ends. */
export const lastUseLines = (lastOfflineUse: string | null, how: string): string[] =>
  lastOfflineUse === null ? [] : [`licenses already given may open it offline ${how}until ${lastOfflineUse}`];

/** `seal revoke`: for all copies of the document. */
export const revoke = (path: string, options: ReportOptions): Promise<number> =>
  withdrawing(
    path,
    options,
    "revoked",
    ({ revoke }, license) => revoke(license),
    ({ lastOfflineUse }) => [`${shown(path)} is withdrawn, with all its copies`, ...lastUseLines(lastOfflineUse, "")],
  );

/** `seal restore` */
export const restore = (path: string, options: ReportOptions): Promise<number> =>
  withdrawing(
    path,
    options,
    "protected",
    ({ restore }, license) => restore(license),
    () => [`${shown(path)} opens again for those its policy names`],
  );

async function withdrawing(
  path: string,
  options: ReportOptions,
  state: "revoked" | "protected",
  ask: (service: Service, license: Bytes) => Promise<RevokeAnswer>,
  lines: (answer: RevokeAnswer) => string[],
): Promise<number> {
  const { account } = await openSession();
  const known = await openKnown(account);
  return eachFile([path], options, () =>
    withCovers(path, async (covers) => {
      const answer = await ask(account.service, covers.licenseBytes);
      return { report: { ...(await describe(covers, known)), state }, more: answer, lines: lines(answer) };
    }),
  );
}
