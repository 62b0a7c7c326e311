import { spawn } from "node:child_process";
import { environment, program, until } from "../../scenarios/seal.js";

export interface ShownCode {
  readonly code: string;
  /** The command's end, once a page was paired. */
  readonly ended: Promise<{ code: number; err: string }>;
}

/** `seal pair`: the code as it stands there. */
export async function shownCode(home: string, env: Record<string, string> = {}): Promise<ShownCode> {
  const child = spawn(process.execPath, [program, "pair"], { env: environment({ home, env }) });
  let [out, err] = ["", ""];
  child.stdout.on("data", (piece: Buffer) => {
    out += piece;
  });
  child.stderr.on("data", (piece: Buffer) => {
    err += piece;
  });
  const ended = new Promise<{ code: number; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code: code ?? 1, err })),
  );
  const code = await until("the code", () => /^([0-9A-Z]{4}-[0-9A-Z]{4})\n/.exec(out)?.[1]);
  return { code, ended };
}
