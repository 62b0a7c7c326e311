/** The colours of the program around the pane; without, the browser's own preference stands. */

const variables = {
  "--card": "bodyBackgroundColor",
  "--text": "bodyForegroundColor",
  "--field": "controlBackgroundColor",
} as const;

/** Follows the program's theme, as far as it tells. */
export function followTheme(): void {
  apply(Office.context.officeTheme);
}

function apply(theme: Office.OfficeTheme | undefined): void {
  const ground = luminance(theme?.bodyBackgroundColor);
  if (theme === undefined || ground === null) return;
  const { style, dataset } = document.documentElement;
  dataset.theme = ground < 0.5 ? "dark" : "light";
  for (const [name, key] of Object.entries(variables))
    if (luminance(theme[key]) !== null) style.setProperty(name, theme[key]);
}

/** From 0 to 1, as bright as a colour is (ITU-R BT.709, near enough); `null` for what is no colour. */
function luminance(color: string | undefined): number | null {
  const [, red, green, blue] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color ?? "") ?? [];
  if (red === undefined) return null;
  const [r, g, b] = [red, green!, blue!].map((part) => Number.parseInt(part, 16) / 255);
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
