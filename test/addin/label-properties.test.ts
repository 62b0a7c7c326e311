import { describe, expect, it } from "vitest";
import { carriedLabel, changesBack, changesTo, marksOf } from "../../addin/label-properties.js";
import { labelOf, tenant } from "./scratch-document.js";

const label = labelOf("2");
const other = "44444444-4444-4444-8444-444444444444";
const carrying = (id: string, site: string | null, enabled = "true") =>
  new Map([
    [`MSIP_Label_${id}_Enabled`, enabled],
    ...(site === null ? [] : [[`MSIP_Label_${id}_SiteId`, site] as const]),
    [`MSIP_Label_${id}_Name`, "Secret"],
  ]);

describe("the label a document carries", () => {
  it("is read as Office writes it: upper and lower case alike, of this organisation only", () => {
    const expected = { id: label.id, name: "Secret", tenant };
    expect(carriedLabel(carrying(label.id, tenant.toUpperCase(), "True"), tenant)).toEqual(expected);
    expect(carriedLabel(carrying(label.id.toUpperCase(), tenant), null)).toEqual(expected);
    expect(carriedLabel(carrying(label.id, other), tenant)).toBeNull();
    expect(carriedLabel(carrying(label.id, tenant, "false"), tenant)).toBeNull();
    expect(carriedLabel(new Map([["MSIP_Label_x_Enabled", "true"]]), null)).toBeNull();
  });

  it("is found among those of others", () => {
    const both = new Map([...carrying(labelOf("5").id, other), ...carrying(label.id, tenant)]);
    expect(carriedLabel(both, tenant)?.id).toBe(label.id);
  });

  it("is replaced and put back without touching anybody else's", () => {
    const foreign = carrying(labelOf("5").id, other);
    const before = new Map([...foreign, ...carrying(labelOf("1").id, tenant), ["Author", "Ada"]]);
    const now = new Map<string, string>(before);
    const labelling = {
      label,
      name: "Label 2",
      tenant,
      isProtected: true,
      shown: ["footer" as const],
      reason: null,
      nowMs: 0,
    };
    const apply = (changes: ReadonlyMap<string, string | null>) => {
      for (const [name, value] of changes) {
        if (value === null) now.delete(name);
        else now.set(name, value);
      }
    };
    apply(changesTo(before, labelling));
    expect(carriedLabel(now, tenant)).toEqual({ id: label.id, name: "Label 2", tenant });
    expect(now.get(`MSIP_Label_${label.id}_ContentBits`)).toBe("10");
    for (const [name, value] of foreign) expect(now.get(name)).toBe(value);
    apply(changesBack(now, before, tenant));
    expect(now).toEqual(before);
  });

  it("keeps no reason that is longer than a property may be", () => {
    const changes = changesTo(new Map(), {
      label,
      name: "Label 2",
      tenant,
      isProtected: false,
      shown: [],
      reason: "x".repeat(400),
      nowMs: 0,
    });
    for (const value of changes.values()) expect(value!.length).toBeLessThanOrEqual(255);
  });
});

it("marks stand in the language of the document, with what the label leaves open filled in", () => {
  const header = { text: { en: "Ours", de: "Unser" }, alignment: "right" as const };
  const watermark = { text: { en: "Draft" }, color: "#ff0000", fontSize: 60, layout: "horizontal" as const };
  expect(marksOf({ header, watermark }, "de-AT")).toEqual({
    header: { text: "Unser", color: "#000000", fontSize: 10, alignment: "right", layout: "diagonal" },
    watermark: { text: "Draft", color: "#ff0000", fontSize: 60, alignment: "center", layout: "horizontal" },
  });
  expect(marksOf(undefined, "en")).toEqual({});
});
