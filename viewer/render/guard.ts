import type { Start } from "./protocol.js";

const taking = ["copy", "cut", "dragstart", "contextmenu", "selectstart"] as const;

/** Without the right to extract nothing is selected, copied, dragged; without that to print, paper stays blank (V). */
export function guard({ print, extract }: Start["may"]): void {
  document.documentElement.classList.toggle("may-extract", extract);
  document.documentElement.classList.toggle("may-print", print);
  if (!extract) for (const type of taking) document.addEventListener(type, (event) => event.preventDefault());
}
