/**
 * The manifest by which Word, Excel and PowerPoint learn of the add-in: an "add-in only" one of type TaskPaneApp, as all
 * of their clients take it (docs/addin.md). Mail has a type of its own.
 */

/** Four parts; goes up with every change of what a manifest says, or clients keep the one they have. */
export const manifestVersion = "1.0.0.0";

/** Names this add-in among all there are; never changes. */
const documentAddInId = "8a5836a0-9db4-4474-9a48-cd8290197dc2";

/** A service on this computer, to develop against. */
export const developmentHost = "https://localhost:7443";

/** Sizes of the icon, in pixels. */
export const iconSizes = [16, 32, 80] as const;

/** Where the pages are, under the host. */
export const paths = {
  taskpane: "/addin/taskpane",
  help: "/addin/",
  icon: (pixels: number) => `/addin/icon-${pixels}.png`,
} as const;

/** A text in English and German. */
interface Said {
  readonly en: string;
  readonly de: string;
}

const said = {
  name: { en: "Sealwright", de: "Sealwright" },
  about: {
    en: "Labels and protects documents: only the people you name open them, with only the rights you give.",
    de: "Kennzeichnet und schützt Dokumente: Nur wen Sie nennen, öffnet sie, mit genau den Rechten, die Sie geben.",
  },
  group: { en: "Protection", de: "Schutz" },
  protect: { en: "Protect", de: "Schützen" },
  tip: {
    en: "Choose who may open this document and what they may do with it.",
    de: "Wählen Sie, wer dieses Dokument öffnen und was man damit tun darf.",
  },
} satisfies Record<string, Said>;

/** How the three programs are called in a manifest. */
const hosts = ["Document", "Workbook", "Presentation"] as const;

/**
 * `manifest.xml`.
 * @param host - the origin of the service that serves the pages: https, without a path.
 * @throws Error in words for anything else.
 */
export function documentManifest(host: string): string {
  const at = (path: string) => escaped(originOf(host) + path);
  const [small, large] = [at(paths.icon(32)), at(paths.icon(80))];
  return lines([
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<!-- Written by addin/manifest.ts: npm run addin:manifests -->",
    '<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1"',
    '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    '    xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0" xsi:type="TaskPaneApp">',
    [
      `<Id>${documentAddInId}</Id>`,
      `<Version>${manifestVersion}</Version>`,
      "<ProviderName>Sealwright</ProviderName>",
      "<DefaultLocale>en-US</DefaultLocale>",
      ...localized("DisplayName", "", said.name),
      ...localized("Description", "", said.about),
      `<IconUrl DefaultValue="${small}"/>`,
      `<HighResolutionIconUrl DefaultValue="${large}"/>`,
      `<SupportUrl DefaultValue="${at(paths.help)}"/>`,
      "<AppDomains>",
      [`<AppDomain>${at("")}</AppDomain>`],
      "</AppDomains>",
      "<Hosts>",
      hosts.map((name) => `<Host Name="${name}"/>`),
      "</Hosts>",
      "<DefaultSettings>",
      [`<SourceLocation DefaultValue="${at(paths.taskpane)}"/>`],
      "</DefaultSettings>",
      "<Permissions>ReadWriteDocument</Permissions>",
      ...overrides(at),
    ],
    "</OfficeApp>",
  ]);
}

/** The ribbon, where clients know of one (AddinCommands 1.1): all that this namespace adds. */
const overrides = (at: (path: string) => string): Lines => [
  '<VersionOverrides xmlns="http://schemas.microsoft.com/office/taskpaneappversionoverrides" xsi:type="VersionOverridesV1_0">',
  ["<Hosts>", hosts.flatMap(ribbon), "</Hosts>", "<Resources>", resources(at), "</Resources>"],
  "</VersionOverrides>",
];

const ribbon = (host: string): Lines => [
  `<Host xsi:type="${host}">`,
  [
    "<DesktopFormFactor>",
    [
      '<ExtensionPoint xsi:type="PrimaryCommandSurface">',
      ['<OfficeTab id="TabHome">', group(host), "</OfficeTab>"],
      "</ExtensionPoint>",
    ],
    "</DesktopFormFactor>",
  ],
  "</Host>",
];

const group = (host: string): Lines => [
  `<Group id="${host}.Protection">`,
  [
    '<Label resid="Group.Label"/>',
    ...icon,
    `<Control xsi:type="Button" id="${host}.Protect">`,
    [
      '<Label resid="Protect.Label"/>',
      "<Supertip>",
      ['<Title resid="Protect.Label"/>', '<Description resid="Protect.Tip"/>'],
      "</Supertip>",
      ...icon,
      '<Action xsi:type="ShowTaskpane">',
      ["<TaskpaneId>Protection</TaskpaneId>", '<SourceLocation resid="Taskpane.Url"/>'],
      "</Action>",
    ],
    "</Control>",
  ],
  "</Group>",
];

const icon: Lines = [
  "<Icon>",
  iconSizes.map((pixels) => `<bt:Image size="${pixels}" resid="Icon.${pixels}"/>`),
  "</Icon>",
];

const resources = (at: (path: string) => string): Lines => [
  "<bt:Images>",
  iconSizes.map((pixels) => `<bt:Image id="Icon.${pixels}" DefaultValue="${at(paths.icon(pixels))}"/>`),
  "</bt:Images>",
  "<bt:Urls>",
  [`<bt:Url id="Taskpane.Url" DefaultValue="${at(paths.taskpane)}"/>`],
  "</bt:Urls>",
  "<bt:ShortStrings>",
  [
    ...localized("bt:String", ' id="Group.Label"', said.group),
    ...localized("bt:String", ' id="Protect.Label"', said.protect),
  ],
  "</bt:ShortStrings>",
  "<bt:LongStrings>",
  localized("bt:String", ' id="Protect.Tip"', said.tip),
  "</bt:LongStrings>",
];

/** An element with its English text, and the German one where it is another. */
function localized(element: string, attributes: string, { en, de }: Said): Lines {
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
type Lines = readonly (string | Lines)[];

const lines = (all: Lines, depth = 0): string =>
  all.map((one) => (typeof one === "string" ? `${"  ".repeat(depth)}${one}\n` : lines(one, depth + 1))).join("");

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
