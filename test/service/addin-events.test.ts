import Fastify from "fastify";
import { expect, it } from "vitest";
import { addInRoutes } from "../../service/routes/addin.js";
import { Assets } from "../../shared/node/pages/assets.js";

it("the file of events says whether a mail needs a label, also while the store is away: else Outlook would check nothing", async () => {
  let mandatory: boolean | Error = true;
  const policies = {
    state: async () => {
      if (mandatory instanceof Error) throw mandatory;
      return { version: 1, mandatory };
    },
  };
  const assets = (await Assets.read(new URL("../../dist/viewer/", import.meta.url)))!;
  const app = Fastify();
  await app.register(
    addInRoutes({ assets, organisation: "Contoso", publicUrl: new URL("https://rms.contoso.example") }, [], policies),
  );
  const first = async () => {
    const { statusCode, body } = await app.inject("/addin/events.js");
    expect([statusCode, body.includes("onMessageSend")]).toEqual([200, true]);
    return body.slice(0, body.indexOf("\n"));
  };
  expect(await first()).toBe("var sealwrightNeedsLabel=true;");
  mandatory = new Error("the store is away");
  expect(await first()).toBe("var sealwrightNeedsLabel=true;");
  mandatory = false;
  expect(await first()).toBe("var sealwrightNeedsLabel=false;");
  await app.close();
});
