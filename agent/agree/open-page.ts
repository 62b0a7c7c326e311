import { spawn } from "node:child_process";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a browser that is opened here appears before the person: not at the far end of an ssh connection. */
export function hasDisplay(env: Environment, platform: NodeJS.Platform): boolean {
  if (env.BROWSER) return true;
  if (platform === "win32" || platform === "darwin") return !env.SSH_CONNECTION;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** How each system opens an address with the browser its user chose. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** The words of a command that shows `url`. `BROWSER` holds commands between colons; `%s` stands for the address. */
export function browserCommand(url: URL, env: Environment, platform: NodeJS.Platform): [string, ...string[]] {
  const [first] = (env.BROWSER ?? "").split(/:(?!\\)/).filter(Boolean);
  const words = first?.trim().split(/\s+/) ?? openers[platform] ?? ["xdg-open"];
  const filled = words.map((word) => word.replaceAll("%s", url.href));
  const [command, ...args] = filled.some((word, at) => word !== words[at]) ? filled : [...filled, url.href];
  return [command!, ...args];
}

/** Starts the browser on its own: it outlives this program. @param failed - when there is none to start. */
export function openPage(url: URL, env: Environment, platform: NodeJS.Platform, failed: () => void): void {
  const [command, ...args] = browserCommand(url, env, platform);
  const child = spawn(command, args, { stdio: "ignore", detached: true });
  child.once("error", failed);
  child.once("exit", (code) => code !== 0 && failed());
  child.unref();
}
