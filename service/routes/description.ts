import type { FastifyInstance, FastifyPluginAsync, RouteOptions } from "fastify";
import { type Described, describeApi } from "../operations/describe-api.js";

export const apiPrefix = "/api/v1";

/**
 * `GET /api/v1/openapi.json`: every address of the API that is mounted on `app` after this call. One below `/api/v1`
 * that does not say what it takes and gives stops the start.
 */
export function descriptionRoutes(app: FastifyInstance, publicUrl: URL): FastifyPluginAsync {
  const described: Described[] = [];
  app.addHook("onRoute", (route) => describe(route, described));
  let text: string | null = null;
  return async (routes) => {
    routes.get(openApiPath, async (_request, reply) => {
      text ??= JSON.stringify(describeApi(publicUrl.origin, described));
      return reply.type("application/json").send(text);
    });
  };
}

const openApiPath = `${apiPrefix}/openapi.json`;

function describe({ url, method, config }: RouteOptions, described: Described[]): void {
  const isApi = url.startsWith(`${apiPrefix}/`) && url !== openApiPath;
  const shapes = config?.shapes;
  if (method === "HEAD" || (!isApi && !shapes)) return;
  const isSigned = isApi && !shapes?.isOpen;
  if (!shapes) throw new Error(`${String(method)} ${url} does not say what it takes and gives`);
  described.push({ method: String(method), path: url, isSigned, shapes });
}
