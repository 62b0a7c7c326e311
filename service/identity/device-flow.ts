import type { Configuration, KoaContextWithOIDC } from "oidc-provider";
import { codePage } from "./pages/device.js";
import { messagePage, type Page, type Reader, readerOf, renderPage } from "./pages/page.js";
import { pageHeaders } from "./pages/style.js";

/** Seconds a code of a device can be entered. */
export const deviceCodeSeconds = 600;

/** Seconds a device should wait between two questions whether the person has agreed. */
export const pollSeconds = 2;

/** Twenty letters of which none looks like another, in two groups: 34 bits, and few tries (provider.ts). */
const mask = "****-****";

/** A code as people read it. */
export const groupedCode = (code: string): string => code.replace(/^(.{4})(.{4})$/, "$1-$2");

type DeviceFlow = NonNullable<NonNullable<Configuration["features"]>["deviceFlow"]>;

/** Sign-in of a device that cannot open a page (RFC 8628): its code is entered and compared on one page, then agreed to. */
export function deviceFlow(organisation: string): DeviceFlow {
  const show = (ctx: KoaContextWithOIDC, page: (reader: Reader) => Page) =>
    showPage(ctx, page, readerOf(organisation, ctx.get("accept-language")));
  const enterCode = (ctx: KoaContextWithOIDC, code: string | undefined, trouble?: (reader: Reader) => string) =>
    show(ctx, (reader) =>
      codePage(reader, addressOf(ctx), { secret: secretOf(ctx), code, trouble: trouble?.(reader) }),
    );
  return {
    enabled: true,
    charset: "base-20",
    mask,
    deviceInfo: (ctx) => ({ ip: ctx.ip }),
    userCodeInputSource: async (ctx, _form, _out, error) => {
      if (error?.name === "AbortedError") return show(ctx, refusedPage);
      const typed = error && "userCode" in error ? String(error.userCode) : undefined;
      enterCode(ctx, typed ?? givenCode(ctx), error && ((reader) => troubleOf(reader, error)));
    },
    // Reached only by a form that did not come from our page: that one confirms at once.
    userCodeConfirmSource: async (ctx, _form, _client, _info, code) => enterCode(ctx, code),
    successSource: async (ctx) => show(ctx, connectedPage),
  };
}

const refusedPage = ({ say }: Reader): Page => messagePage(say.deviceRefused, say.deviceRefusedNext, "plain");
const connectedPage = ({ say }: Reader): Page => messagePage(say.deviceConnected, say.deviceConnectedNext, "good");

/** Answers of the provider itself look as all other pages do. */
export function showPage(ctx: KoaContextWithOIDC, page: (reader: Reader) => Page, reader: Reader): void {
  ctx.set(pageHeaders());
  ctx.body = renderPage(page(reader), reader);
}

const addressOf = (ctx: KoaContextWithOIDC): string => ctx.oidc.urlFor("code_verification");

export const secretOf = (ctx: KoaContextWithOIDC): string => String(ctx.oidc.session?.state?.secret ?? "");

/** The code that came with the address the device showed. */
const givenCode = (ctx: KoaContextWithOIDC): string | undefined =>
  typeof ctx.state.userCode === "string" ? ctx.state.userCode : undefined;

function troubleOf({ say }: Reader, { name }: Error): string {
  const sentences: Record<string, string> = {
    NoCodeError: say.noCode,
    NotFoundError: say.noSuchCode,
    ExpiredError: say.codeEnded,
    AlreadyUsedError: say.codeUsed,
  };
  return sentences[name] ?? say.tookTooLong;
}
