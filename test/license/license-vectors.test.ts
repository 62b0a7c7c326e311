import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { usePrimitives } from "../../shared/crypto/primitives.js";
import { webPrimitives } from "../../shared/crypto/web-primitives.js";
import { nodePrimitives } from "../../shared/node/primitives.js";
import { vectorFile, vectors } from "../vectors.js";
import { type LicenseVector, runLicenseVector } from "./license-vector.js";

const ground = {
  chain: vectorFile("encodings/pl.xml"),
  accountKeyPem: new TextDecoder().decode(vectorFile("encodings/bob-account.pem")),
};

describe.each([
  ["Web Crypto", webPrimitives],
  ["the service's cryptography", nodePrimitives],
])("license, with %s", (_name, primitives) => {
  beforeAll(() => usePrimitives(primitives));
  afterAll(() => usePrimitives(webPrimitives));

  it.each(vectors<LicenseVector>("license"))("$name: $comment", async (vector) => {
    expect(await runLicenseVector(vector, ground)).toBe(vector.expect);
  });
});
