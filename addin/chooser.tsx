import type { PaneProps } from "./app.js";
import { CustomPermissions } from "./custom-permissions.js";
import { fileName } from "./document.js";
import { LabelTree } from "./label-tree.js";
import type { Messages } from "./messages.js";
import { ProtectButton } from "./protect-button.js";

/** Labels, permissions of one's own, the reason where one is needed, and the button that does it. */
export function Chooser({ pane, say }: PaneProps) {
  const { policy, state } = pane;
  if (policy === null) return null;
  if (!policy.mayPublish) return <p class="card">{say.mayNotProtect}</p>;
  const isWorking = state.at === "working";
  return (
    <>
      <fieldset class="choice" disabled={isWorking}>
        {policy.labels.length === 0 ? <p class="help">{say.noLabels}</p> : <LabelTree pane={pane} say={say} />}
        <CustomPermissions pane={pane} say={say} />
        {pane.mustExplain ? <Reason pane={pane} say={say} /> : null}
      </fieldset>
      <ProtectButton pane={pane} say={say} what={<WhatHappens pane={pane} say={say} />} />
    </>
  );
}

function Reason({ pane, say }: PaneProps) {
  const { order } = pane;
  const goesToAudit = order !== null && (!("kind" in order) ? order.policy !== null : pane.willProtect);
  return (
    <div class="reason">
      <label for="reason">{say.reason}</label>
      <textarea
        id="reason"
        rows={2}
        maxLength={255}
        aria-describedby="reason-help"
        value={pane.choice.reason}
        onInput={(event) => pane.setReason(event.currentTarget.value)}
      />
      <p class="help" id="reason-help">
        {goesToAudit ? say.reasonToAudit : say.reasonInDocument}
      </p>
    </div>
  );
}

/** One line above the button: what it will do, or what is missing for it. */
function WhatHappens({ pane, say }: PaneProps) {
  const { order, parts } = pane;
  const { document, unsaved } = parts;
  if (document.forms.length === 0 && pane.place === null && pane.willProtect) return <>{say.noForm}</>;
  if (order === null) return null;
  if ("kind" in order) return <>{obstacle(order.kind, say)}</>;
  if (order.policy === null) return <>{say.willLabel}</>;
  const name = fileName(document, unsaved);
  if (pane.place !== null)
    return <>{say.agent.willProtectFile(name, say.programs[document.program], document.canSave)}</>;
  if (document.forms[0] === "pdf") return <>{say.willProtectPages(name.replace(/\.\w+$/, ".ppdf"))}</>;
  return <>{say.willProtect(name)}</>;
}

function obstacle(kind: string, say: Messages): string {
  const words: Readonly<Record<string, string>> = { ...say.permissionTroubles, ...say.obstacles };
  return words[kind] ?? "";
}
