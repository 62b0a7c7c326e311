import {
  type At,
  declaration,
  hostAt,
  icon,
  identity,
  type Lines,
  lines,
  paths,
  resources,
  ribbonGroup,
  root,
  type Said,
} from "./manifest-parts.js";

export { mailManifest } from "./mail/manifest.js";
export { developmentHost, iconSizes, manifestVersion } from "./manifest-parts.js";

/**
 * The manifest by which Word, Excel and PowerPoint learn of the add-in: an "add-in only" one of type TaskPaneApp, as all
 * of their clients take it (docs/addin.md). Mail has a type of its own, and so a manifest.
 */

/** Names this add-in among all there are; never changes. */
const documentAddInId = "8a5836a0-9db4-4474-9a48-cd8290197dc2";

const about: Said = {
  en: "Labels and protects documents: only the people you name open them, with only the rights you give.",
  de: "Kennzeichnet und schützt Dokumente: Nur wen Sie nennen, öffnet sie, mit genau den Rechten, die Sie geben.",
};
const tip: Said = {
  en: "Choose who may open this document and what they may do with it.",
  de: "Wählen Sie, wer dieses Dokument öffnen und was man damit tun darf.",
};

/** How the three programs are called in a manifest. */
const hosts = ["Document", "Workbook", "Presentation"] as const;

/**
 * `manifest.xml`.
 * @param host - the origin of the service that serves the pages: https, without a path.
 * @throws Error in words for anything else.
 */
export function documentManifest(host: string): string {
  const at = hostAt(host);
  const content: Lines = [
    ...identity(documentAddInId, about, at),
    "<Hosts>",
    hosts.map((name) => `<Host Name="${name}"/>`),
    "</Hosts>",
    "<DefaultSettings>",
    [`<SourceLocation DefaultValue="${at(paths.taskpane)}"/>`],
    "</DefaultSettings>",
    "<Permissions>ReadWriteDocument</Permissions>",
    ...overrides(at),
  ];
  return lines([...declaration, ...root("TaskPaneApp", content)]);
}

/** The ribbon, where clients know of one (AddinCommands 1.1): all that this namespace adds. */
const overrides = (at: At): Lines => [
  '<VersionOverrides xmlns="http://schemas.microsoft.com/office/taskpaneappversionoverrides" xsi:type="VersionOverridesV1_0">',
  [
    "<Hosts>",
    hosts.flatMap(ribbon),
    "</Hosts>",
    "<Resources>",
    resources(at, { "Taskpane.Url": paths.taskpane }, tip),
    "</Resources>",
  ],
  "</VersionOverrides>",
];

const ribbon = (host: string): Lines => [
  `<Host xsi:type="${host}">`,
  [
    "<DesktopFormFactor>",
    [
      '<ExtensionPoint xsi:type="PrimaryCommandSurface">',
      ['<OfficeTab id="TabHome">', ribbonGroup(`${host}.Protection`, `${host}.Protect`, action, icon), "</OfficeTab>"],
      "</ExtensionPoint>",
    ],
    "</DesktopFormFactor>",
  ],
  "</Host>",
];

const action: Lines = ["<TaskpaneId>Protection</TaskpaneId>", '<SourceLocation resid="Taskpane.Url"/>'];
