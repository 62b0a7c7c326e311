import type { LabelToWrite } from "../shared/format/label-properties.js";

/** A label of one organisation, as documents carry it. */
export const tenant = "cb46c030-1825-4e81-a295-151c039dbf02";
export const label: LabelToWrite = {
  label: "2096f6a2-d2f7-48be-b329-b73aaa526e5d",
  tenant,
  name: "Confidential",
  method: "Privileged",
  setAt: "2026-01-02T03:04:05Z",
  contentBits: 0,
};
