import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openAccount, signOut } from "../../../agent/account.js";
import { withLock } from "../../../agent/lock.js";
import { noteRegistrations, sendNotes } from "../../../agent/outbox.js";
import { replaceSmallFile } from "../../../agent/small-file.js";
import { startService } from "../../../service/start.js";
import { utf8 } from "../../../shared/bytes.js";
import { rsaWorkerUrl } from "../../service/rsa-worker.js";
import { publishAs, scratchOrganisation } from "./scratch-home.js";

const grants = [{ who: ["@contoso.example"], rights: ["VIEW"] }];

describe("registrations", () => {
  it("wait while the service is away, survive other processes and a sign-out, and are sent when it is back", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const documents = [await publishAs(account, grants), await publishAs(account, grants)];
    await service.service.close();
    for (const { license } of [...documents, documents[0]!])
      expect(await noteRegistrations(account, [license])).toBe(true);
    const waiting = { sent: 0, refused: 0, waiting: 2 };
    expect(await sendNotes(account)).toEqual(waiting);
    expect(await sendNotes(await openAccount(account.home))).toEqual(waiting);
    const back = await startService(service.config, { rsaWorker: await rsaWorkerUrl() });
    try {
      await back.app.listen(service.config.listen);
      await signOut(account.home);
      const other = await signInAs("colleague", account.home);
      expect(await sendNotes(other)).toEqual({ sent: 0, refused: 0, waiting: 0 });
      await signOut(account.home);
      const again = await signInAs("writer", account.home);
      expect(await sendNotes(again)).toEqual({ sent: 2, refused: 0, waiting: 0 });
      const listed = (await again.service.documents()).documents.map(({ contentId }) => contentId);
      expect(listed.sort()).toEqual(documents.map(({ contentId }) => contentId).sort());
    } finally {
      await back.close();
    }
  });

  it("sent twice are registered once, and what the service will never take goes", async () => {
    const { signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const { license } = await publishAs(account, grants);
    for (let round = 0; round < 2; round++) {
      await noteRegistrations(account, [license]);
      expect(await sendNotes(account)).toMatchObject({ sent: 1, waiting: 0 });
    }
    expect((await account.service.documents()).documents).toHaveLength(1);
    await noteRegistrations(account, [utf8("no license")]);
    await replaceSmallFile(join(account.home.outbox, `${account.info.subject}.long`), new Uint8Array(20_000_000));
    await replaceSmallFile(
      join(account.home.outbox, `${account.info.subject}.strange`),
      utf8('{"v":1,"licenses":[7]}'),
    );
    expect(await sendNotes(account)).toEqual({ sent: 0, refused: 3, waiting: 0 });
    expect(await readdir(account.home.outbox)).toEqual([]);
  });

  it("made together are noted and sent together; one that is refused holds up none of the others", async () => {
    const { signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const [one, other] = [await publishAs(account, grants), await publishAs(account, grants)];
    await noteRegistrations(account, [one.license, utf8("no license"), other.license]);
    expect(await readdir(account.home.outbox)).toHaveLength(1);
    expect(await sendNotes(account)).toEqual({ sent: 2, refused: 1, waiting: 0 });
    expect((await account.service.documents()).documents).toHaveLength(2);
  });

  it("are left to another process that is sending them already", async () => {
    const { signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const { license } = await publishAs(account, grants);
    await noteRegistrations(account, [license]);
    const sent = await withLock(account.home, () => sendNotes(account), { name: "outbox" });
    expect(sent).toEqual({ sent: 0, refused: 0, waiting: 1 });
  });
});
