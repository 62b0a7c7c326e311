import { spawn } from "node:child_process";

/**
 * A transcript: what a person types and what they then see, both streams as a terminal shows them.
 *
 *   # words about what follows
 *   $ seal protect plan.txt --label Public
 *   seal: error: …
 *   (exit 3)
 *
 * `…` alone in a line stands for any lines, inside one for anything; a blank line ends an answer. What varies is written in capitals: see
 * `normalise`. Commands go to bash, in a folder of the transcript's own; `as colleague seal …` is another person.
 */
export interface Step {
  command: string;
  /** Lines, the last one `(exit N)` unless N is 0. */
  answer: string[];
}

export function parseTranscript(text: string): Step[] {
  const steps: Step[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), answer: [] });
    else if (!line.startsWith("#") && steps.length > 0) steps.at(-1)!.answer.push(line);
    else if (line !== "" && !line.startsWith("#")) throw new Error(`no command before: ${line}`);
  }
  return steps.map(({ command, answer }) => ({ command, answer: withoutBlankEnd(answer) }));
}

const withoutBlankEnd = (lines: readonly string[]): string[] => lines.join("\n").trimEnd().split("\n");

/** What differs from run to run, each by the name it has in transcripts. */
export function normalise(text: string, known: Record<string, string>): string {
  const named = Object.entries(known).reduce((all, [name, value]) => all.replaceAll(value, name), text);
  return named
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "ID")
    .replace(/\b[0-9a-f]{64}\b/g, "HASH")
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, "TIME")
    .replace(/[ \t]+$/gm, "");
}

/** Both streams in the order they came, and the exit code in a last line. */
export async function answerTo(command: string, cwd: string, env: Record<string, string>): Promise<string> {
  const script = `exec 2>&1\nas() { local who=$1; shift; SEALWRIGHT_HOME="$HOMES/$who" "$@"; }\n${command}`;
  const child = spawn("bash", ["-c", script], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  child.stdout.on("data", (piece: Buffer) => {
    said += piece;
  });
  const code = await new Promise<number>((resolve) => child.on("close", (ended) => resolve(ended ?? 128)));
  return `${said.trimEnd()}${code === 0 ? "" : `${said === "" ? "" : "\n"}(exit ${code})`}`;
}

/** Whether `lines` are as `expected` says, where `…` stands for any. */
export function matches(expected: readonly string[], lines: readonly string[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return lines.length === 0;
  if (first === "…") return lines.some((_, i) => matches(rest, lines.slice(i))) || matches(rest, []);
  return lines.length > 0 && isLike(first, lines[0]!) && matches(rest, lines.slice(1));
}

/** `…` inside a line stands for anything in it. */
function isLike(expected: string, line: string): boolean {
  const parts = expected.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(line);
}
