import type { Engine } from "../shared/crypto/engine.js";
import { RightsError } from "../shared/errors.js";
import { findLabel, type Label, labelPath } from "../shared/label.js";
import type { PolicyAnswer } from "../shared/protocol/service-api.js";
import { policyOf, type TemplatePolicy } from "../shared/template.js";
import type { Account } from "./account.js";
import type { Publisher } from "./publish.js";
import type { Journal } from "./work/journal.js";
import type { Protector } from "./work/protect-file.js";

const publisherOf = async (account: Account): Promise<Publisher> => ({
  tenant: account.info.tenant,
  subject: account.info.subject,
  address: account.info.address,
  serviceAddress: account.info.service,
  tenantKey: account.certificates.tenantKey,
  signer: await account.signer(),
  licensorCertificate: account.certificates.licensor,
  serverCertificates: account.certificates.server,
  licensorUntilMs: account.certificates.licensorUntilMs,
});

/** What protects files for the person signed in. @throws RightsError `keystore-unavailable`, `state-damaged`. */
export const openProtector = async (account: Account, engine: Engine, journal: Journal): Promise<Protector> => ({
  publisher: await publisherOf(account),
  trust: account.trust,
  engine,
  journal,
  viewer: account.info.viewer,
  now: Date.now,
});

export interface Choice {
  readonly policy: TemplatePolicy;
  readonly label: Label;
}

/**
 * The label a person named, or the default one, and the policy it stands for.
 * @throws RightsError `usage` with the labels there are; `protect-denied` for a label that only marks.
 */
export function chooseLabel(current: PolicyAnswer, wanted: string | undefined, nowMs: number): Choice {
  const { labels, templates } = current;
  const label = wanted === undefined ? labels.find((one) => one.default) : findLabel(labels, wanted);
  if (!label) {
    const known = labels.map((one) => labelPath(labels, one)).join(", ");
    const what = wanted === undefined ? "there is no default label" : `there is no label "${wanted}"`;
    throw new RightsError("usage", `${what}; name one with --label: ${known}`);
  }
  const template = templates.find((one) => one.id === label.template);
  if (template === undefined)
    throw new RightsError(
      "protect-denied",
      `the label ${labelPath(labels, label)} marks but does not protect; choose another`,
    );
  return { policy: policyOf(template, nowMs), label };
}
