import { describe, expect, it } from "vitest";
import { vectorFile, vectors } from "../vectors.js";
import { type LicenseVector, runLicenseVector } from "./license-vector.js";

const ground = {
  chain: vectorFile("encodings/pl.xml"),
  accountKeyPem: new TextDecoder().decode(vectorFile("encodings/bob-account.pem")),
};

describe("license", () => {
  it.each(vectors<LicenseVector>("license"))("$name: $comment", async (vector) => {
    expect(await runLicenseVector(vector, ground)).toBe(vector.expect);
  });
});
