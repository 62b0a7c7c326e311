/** What both manifests of the add-in are made of: one host, one version, one icon, and texts in two languages. */

/** Four parts; goes up with every change of what a manifest says, or clients keep the one they have. */
export const manifestVersion = "1.0.0.0";

/** A service on this computer, to develop against. */
export const developmentHost = "https://localhost:7443";

/** Sizes of the icon, in pixels. */
export const iconSizes = [16, 32, 80] as const;

/** Where the pages are, under the host. */
export const paths = {
  taskpane: "/addin/taskpane",
  mail: "/addin/mail",
  events: "/addin/events",
  eventsScript: "/addin/events.js",
  help: "/addin/",
  icon: (pixels: number) => `/addin/icon-${pixels}.png`,
} as const;

/** A text in English and German. */
export interface Said {
  readonly en: string;
  readonly de: string;
}

/** What both say. */
export const said = {
  name: { en: "Sealwright", de: "Sealwright" },
  group: { en: "Protection", de: "Schutz" },
  protect: { en: "Protect", de: "Schützen" },
} satisfies Record<string, Said>;

/** A path under the host, as it stands in the manifest. */
export type At = (path: string) => string;

/** @throws Error in words for what is no https origin. */
export function hostAt(host: string): At {
  const origin = originOf(host);
  return (path) => escaped(origin + path);
}

export const declaration: Lines = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  "<!-- Written by addin/manifest.ts: npm run addin:manifests -->",
];

/** @param type - of the whole: what clients take it for. */
export const root = (type: "TaskPaneApp" | "MailApp", content: Lines): Lines => [
  '<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1"',
  '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
  `    xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0" xsi:type="${type}">`,
  content,
  "</OfficeApp>",
];

/** Who it is, as every manifest begins. */
export const identity = (id: string, about: Said, at: At): Lines => [
  `<Id>${id}</Id>`,
  `<Version>${manifestVersion}</Version>`,
  "<ProviderName>Sealwright</ProviderName>",
  "<DefaultLocale>en-US</DefaultLocale>",
  ...localized("DisplayName", "", said.name),
  ...localized("Description", "", about),
  `<IconUrl DefaultValue="${at(paths.icon(32))}"/>`,
  `<HighResolutionIconUrl DefaultValue="${at(paths.icon(80))}"/>`,
  `<SupportUrl DefaultValue="${at(paths.help)}"/>`,
  "<AppDomains>",
  [`<AppDomain>${at("")}</AppDomain>`],
  "</AppDomains>",
];

/** A group of one button on a tab of the ribbon. @param action - where its pane is. @param above - the group's own icon. */
export const ribbonGroup = (group: string, button: string, action: Lines, above: Lines): Lines => [
  `<Group id="${group}">`,
  [
    '<Label resid="Group.Label"/>',
    ...above,
    `<Control xsi:type="Button" id="${button}">`,
    [
      '<Label resid="Protect.Label"/>',
      "<Supertip>",
      ['<Title resid="Protect.Label"/>', '<Description resid="Protect.Tip"/>'],
      "</Supertip>",
      ...icon,
      '<Action xsi:type="ShowTaskpane">',
      action,
      "</Action>",
    ],
    "</Control>",
  ],
  "</Group>",
];

export const icon: Lines = [
  "<Icon>",
  iconSizes.map((pixels) => `<bt:Image size="${pixels}" resid="Icon.${pixels}"/>`),
  "</Icon>",
];

/** All that a ribbon names. @param urls - by their ids. */
export const resources = (at: At, urls: Readonly<Record<string, string>>, tip: Said): Lines => [
  "<bt:Images>",
  iconSizes.map((pixels) => `<bt:Image id="Icon.${pixels}" DefaultValue="${at(paths.icon(pixels))}"/>`),
  "</bt:Images>",
  "<bt:Urls>",
  Object.entries(urls).map(([id, path]) => `<bt:Url id="${id}" DefaultValue="${at(path)}"/>`),
  "</bt:Urls>",
  "<bt:ShortStrings>",
  [
    ...localized("bt:String", ' id="Group.Label"', said.group),
    ...localized("bt:String", ' id="Protect.Label"', said.protect),
  ],
  "</bt:ShortStrings>",
  "<bt:LongStrings>",
  localized("bt:String", ' id="Protect.Tip"', tip),
  "</bt:LongStrings>",
];

/** An element with its English text, and the German one where it is another. */
export function localized(element: string, attributes: string, { en, de }: Said): Lines {
  const open = `<${element}${attributes} DefaultValue="${escaped(en)}"`;
  if (en === de) return [`${open}/>`];
  const override = element.startsWith("bt:") ? "bt:Override" : "Override";
  return [`${open}>`, [`<${override} Locale="de-DE" Value="${escaped(de)}"/>`], `</${element}>`];
}

function originOf(host: string): string {
  const origin = URL.canParse(host) ? new URL(host).origin : "";
  if (!origin.startsWith("https://") || (host !== origin && host !== `${origin}/`))
    throw new Error(`"${host}" is not where an add-in can be: give an https address without a path`);
  return origin;
}

/** Lines, and deeper ones between them. */
export type Lines = readonly (string | Lines)[];

export const lines = (all: Lines, depth = 0): string =>
  all.map((one) => (typeof one === "string" ? `${"  ".repeat(depth)}${one}\n` : lines(one, depth + 1))).join("");

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
