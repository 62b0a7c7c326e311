import { RightsError } from "../../shared/errors.js";
import { type Agree, agreementIn, authorizationRequest } from "../../shared/protocol/authorization.js";
import type { HttpAnswer, HttpRequest } from "../../shared/protocol/http.js";
import { reach } from "../../shared/protocol/service-client.js";
import { boundedBody } from "../../shared/protocol/web-answer.js";

/** Registered at the provider. Nobody listens there: the redirect is read and not followed. */
const redirectUri = "http://127.0.0.1/callback";

const maxSteps = 16;
const maxPageBytes = 256 * 1024;
const maxCookies = 32;
const maxCookieChars = 4096;

/**
 * Goes through the pages of the provider as a browser would, and fills in name and password, then consent. Nothing
 * leaves for another origin than the service's.
 * @throws RightsError `sign-in-failed` (a wrong name or password, or refused), `rate-limited`, `service-failed`,
 * `service-untrusted` (led elsewhere, or answered for another), `service-unreachable`.
 */
export const withPassword =
  (user: string, password: string): Agree =>
  async (place) => {
    const request = await authorizationRequest(place, redirectUri);
    const callback = await new Pages(place.service, { username: user, password }).walk(request.url);
    return agreementIn(callback, request, place);
  };

const isRedirect = (status: number): boolean => [302, 303, 307, 308].includes(status);

/** A walk through the provider's pages: cookies, redirects, two forms. */
class Pages {
  readonly #origin: string;
  readonly #person: Record<string, string>;
  readonly #cookies = new Map<string, string>();
  #hasTried = false;

  constructor(origin: string, person: { username: string; password: string }) {
    this.#origin = origin;
    this.#person = person;
  }

  /** @returns where the provider sends the browser in the end. */
  async walk(start: URL): Promise<URL> {
    let at = start;
    let response = await this.#request(at, {});
    for (let step = 0; step < maxSteps; step++) {
      if (isRedirect(response.status)) {
        await response.drop();
        at = this.#target(response, at);
        if (at.href.startsWith(`${redirectUri}?`)) return at;
        if (at.origin !== this.#origin)
          throw new RightsError("service-untrusted", `the sign-in leads to ${at.host}, another place than you named`);
        response = await this.#request(at, {});
      } else response = await this.#submit(at, response);
    }
    throw new RightsError("service-failed", "the sign-in leads in a circle; ask whoever looks after the service");
  }

  #target(response: HttpAnswer, at: URL): URL {
    const location = response.headers.get("location") ?? "";
    if (location !== "" && URL.canParse(location, at.href)) return new URL(location, at);
    throw new RightsError("service-failed", "the sign-in leads nowhere; ask whoever looks after the service");
  }

  async #submit(at: URL, response: HttpAnswer): Promise<HttpAnswer> {
    const page = new TextDecoder().decode(await boundedBody(response, maxPageBytes));
    const action = /<input type="hidden" name="action" value="([a-z-]{1,32})">/.exec(page)?.[1];
    if (response.status === 429) throw limited(response.headers.get("retry-after"));
    if (response.status === 401 || (action === "sign-in" && this.#hasTried))
      throw new RightsError("sign-in-failed", "this name and password do not belong together; check both");
    if (action === "choose-password")
      throw new RightsError(
        "sign-in-failed",
        `this password was given to you; choose your own first, at ${this.#origin}/oidc/password`,
      );
    if (!response.ok || (action !== "sign-in" && action !== "consent"))
      throw new RightsError("sign-in-failed", `the service does not take a password here (${response.status})`);
    if (action === "sign-in") this.#hasTried = true;
    const fields = action === "sign-in" ? { action, ...this.#person } : { action };
    return this.#request(at, { method: "POST", body: new URLSearchParams(fields) });
  }

  async #request(url: URL, init: HttpRequest): Promise<HttpAnswer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await reach(url.href, { ...init, redirect: "manual", headers: cookie === "" ? {} : { cookie } });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Path and lifetime are left aside: the walk is short, and all of it on one origin. */
  #keep(line: string): void {
    const [, name, value] = /^([^=;\s]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined || value === undefined || line.length > maxCookieChars) return;
    if (value === "") this.#cookies.delete(name);
    else if (this.#cookies.size < maxCookies || this.#cookies.has(name)) this.#cookies.set(name, value);
  }
}

function limited(retryAfter: string | null): RightsError {
  const wait = /^\d{1,5}$/.test(retryAfter ?? "") ? `in ${retryAfter} seconds` : "later";
  return new RightsError("rate-limited", `too many wrong passwords for now; try again ${wait}`);
}
