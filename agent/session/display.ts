import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

const runtime = "/run/display";

/** Whether a program with windows could show itself. */
export const hasDisplay = (env: Environment): boolean => Boolean(env.WAYLAND_DISPLAY || env.DISPLAY);
const maxRuntimeBytes = String(64 << 20);

/** What lets a confined program show itself: Wayland's socket alone, where there is one, else X11's with its key. */
export function displayArgs(env: Environment): string[] {
  const made = ["--size", maxRuntimeBytes, "--tmpfs", runtime, "--setenv", "XDG_RUNTIME_DIR", runtime];
  const wayland = waylandSocket(env);
  if (wayland !== null)
    return [...made, "--ro-bind", wayland, `${runtime}/wayland-0`, "--setenv", "WAYLAND_DISPLAY", "wayland-0"];
  const number = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(env.DISPLAY ?? "")?.[1];
  const socket = `/tmp/.X11-unix/X${number}`;
  if (number === undefined || !existsSync(socket)) return made;
  return [...made, "--ro-bind", socket, socket, "--setenv", "DISPLAY", `:${number}`, ...authorityArgs(env)];
}

function waylandSocket(env: Environment): string | null {
  const name = env.WAYLAND_DISPLAY;
  if (!name) return null;
  const path = isAbsolute(name) ? name : env.XDG_RUNTIME_DIR && join(env.XDG_RUNTIME_DIR, name);
  return path && existsSync(path) ? path : null;
}

function authorityArgs(env: Environment): string[] {
  const path = env.XAUTHORITY || (env.HOME && join(env.HOME, ".Xauthority"));
  if (!path || !existsSync(path)) return [];
  return ["--ro-bind", path, `${runtime}/xauthority`, "--setenv", "XAUTHORITY", `${runtime}/xauthority`];
}
