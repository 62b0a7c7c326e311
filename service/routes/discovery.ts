import type { FastifyPluginAsync } from "fastify";
import { toBase64 } from "../../shared/bytes.js";
import { encodeServerCertificates } from "../../shared/license/xrml.js";
import type { Assets } from "../../shared/node/pages/assets.js";
import { viewerPath } from "../../shared/protocol/page-api.js";
import { Discovery } from "../../shared/protocol/service-api.js";
import { clientId, issuerOf } from "../identity/provider.js";
import type { Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

export interface DiscoveryOptions {
  parts: Parts;
  organisation: string;
  publicUrl: URL;
  assets: Assets | null;
  guests: Discovery["guests"];
}

/** Where everything is: the one address a client is given leads to all others. */
export const discoveryRoutes =
  ({ parts, organisation, publicUrl, assets, guests }: DiscoveryOptions): FastifyPluginAsync =>
  async (app) => {
    const { tenant } = parts;
    const discovery = (): Discovery => ({
      v: 1,
      tenant: tenant.id,
      organisation,
      api: `${publicUrl.origin}/api/v1`,
      issuer: issuerOf(publicUrl),
      clientId,
      resource: tenant.audience,
      certificates: toBase64(encodeServerCertificates(tenant.serverCertificates)),
      viewer: assets === null ? null : publicUrl.origin + viewerPath,
      guests,
    });
    const shapes = { about: "where everything is, and the keys of the tenant", answer: Discovery };
    endpoint(app, "GET /.well-known/sealwright", shapes, discovery);
  };
