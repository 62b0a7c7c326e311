import type { FastifyPluginAsync } from "fastify";
import { toBase64 } from "../../shared/bytes.js";
import { encodeChain } from "../../shared/license/xrml.js";
import type { Discovery } from "../../shared/protocol/service-api.js";
import { clientId, issuerOf } from "../identity/provider.js";
import type { Parts } from "../licensing/parts.js";

export interface DiscoveryOptions {
  parts: Parts;
  organisation: string;
  publicUrl: URL;
}

/** Where everything is: the one address a client is given leads to all others. */
export const discoveryRoutes =
  ({ parts, organisation, publicUrl }: DiscoveryOptions): FastifyPluginAsync =>
  async (app) => {
    const { id, audience, serverCertificates } = parts.tenant;
    const discovery: Discovery = {
      v: 1,
      tenant: id,
      organisation,
      api: `${publicUrl.origin}/api/v1`,
      issuer: issuerOf(publicUrl),
      clientId,
      resource: audience,
      certificates: toBase64(encodeChain(serverCertificates)),
      viewer: null,
    };
    app.get("/.well-known/sealwright", async () => discovery);
  };

/** For whatever watches over the service. */
export const healthRoutes = (): FastifyPluginAsync => async (app) => {
  app.get("/health", async () => ({ status: "ok" }));
};
