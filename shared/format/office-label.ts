import { type Bytes, utf8 } from "../bytes.js";

const namespace = "http://schemas.microsoft.com/office/2020/mipLabelMetadata";
/** What the label did to the document: it was encrypted. */
const encrypted = 8;

/**
 * A label as other programs read it beside a protected document ([MS-OFFCRYPTO] 2.6, docs/formats/office.md).
 * @param label, tenant - ids, without braces.
 */
export function encodeLabelInfo(label: string, tenant: string): Bytes {
  const attributes = [
    `id="{${label}}"`,
    'enabled="1"',
    'method="Privileged"',
    `siteId="{${tenant}}"`,
    `contentBits="${encrypted}"`,
    'removed="0"',
  ];
  const list = `<clbl:labelList xmlns:clbl="${namespace}"><clbl:label ${attributes.join(" ")}/></clbl:labelList>`;
  return utf8(`<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n${list}`);
}
