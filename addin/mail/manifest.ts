import {
  type At,
  declaration,
  hostAt,
  identity,
  type Lines,
  lines,
  paths,
  resources,
  ribbonGroup,
  root,
  type Said,
} from "../manifest-parts.js";

/**
 * The manifest by which Outlook learns of the add-in (docs/outlook.md): of type MailApp. It asks for Mailbox 1.5 at most,
 * although events are of later sets: Exchange on a company's own machines says no more of itself, and runs them in classic
 * Outlook all the same.
 */

/** Names this add-in among all there are; never changes. */
const mailAddInId = "4f6f4f0e-6c0f-4c55-9d5e-1f6d1b9f2a37";

const about: Said = {
  en: "Labels mails and protects what is attached: only those you write to open it, with only the rights you give.",
  de: "Kennzeichnet Mails und schützt ihre Anlagen: Nur an wen Sie schreiben, öffnet sie, mit genau den Rechten, die Sie geben.",
};
const tip: Said = {
  en: "Protect the attachments of this mail, or open protected ones.",
  de: "Die Anlagen dieser Mail schützen, oder geschützte öffnen.",
};

/** What happens to a mail whose events cannot run (docs/outlook.md): Block is for administrators to choose. */
export type SendMode = "SoftBlock" | "Block";

/** What Outlook calls, by the names that send.ts gives. */
const launchEvents = (sendMode: SendMode): Lines => [
  '<LaunchEvent Type="OnNewMessageCompose" FunctionName="onNewMessageCompose"/>',
  '<LaunchEvent Type="OnMessageAttachmentsChanged" FunctionName="onMessageAttachmentsChanged"/>',
  '<LaunchEvent Type="OnMessageRecipientsChanged" FunctionName="onMessageRecipientsChanged"/>',
  `<LaunchEvent Type="OnMessageSend" FunctionName="onMessageSend" SendMode="${sendMode}"/>`,
];

/**
 * `manifest.outlook.xml`.
 * @param host - the origin of the service that serves the pages: https, without a path.
 * @throws Error in words for anything else.
 */
export function mailManifest(host: string, sendMode: SendMode = "SoftBlock"): string {
  const at = hostAt(host);
  const content: Lines = [
    ...identity(mailAddInId, about, at),
    "<Hosts>",
    ['<Host Name="Mailbox"/>'],
    "</Hosts>",
    "<Requirements>",
    ["<Sets>", ['<Set Name="Mailbox" MinVersion="1.3"/>'], "</Sets>"],
    "</Requirements>",
    ...forms(at),
    "<Permissions>ReadWriteItem</Permissions>",
    '<Rule xsi:type="RuleCollection" Mode="Or">',
    ["Edit", "Read"].map((form) => `<Rule xsi:type="ItemIs" ItemType="Message" FormType="${form}"/>`),
    "</Rule>",
    "<DisableEntityHighlighting>true</DisableEntityHighlighting>",
    ...overrides(at, sendMode),
  ];
  return lines([...declaration, ...root("MailApp", content)]);
}

/** For clients that know no ribbon. */
const forms = (at: At): Lines => {
  const location = `<SourceLocation DefaultValue="${at(paths.mail)}"/>`;
  return [
    "<FormSettings>",
    [
      '<Form xsi:type="ItemRead">',
      ["<DesktopSettings>", [location, "<RequestedHeight>250</RequestedHeight>"], "</DesktopSettings>"],
      "</Form>",
      '<Form xsi:type="ItemEdit">',
      ["<DesktopSettings>", [location], "</DesktopSettings>"],
      "</Form>",
    ],
    "</FormSettings>",
  ];
};

/** The ribbon, and once more in a version within it that has pinning and events besides. */
const overrides = (at: At, sendMode: SendMode): Lines => {
  const inner = version("1.1", at, {
    runtimes: ["<Runtimes>", runtime, "</Runtimes>"],
    pinning: ["<SupportsPinning>true</SupportsPinning>"],
    points: [
      '<ExtensionPoint xsi:type="LaunchEvent">',
      ["<LaunchEvents>", launchEvents(sendMode), "</LaunchEvents>", '<SourceLocation resid="Events.Url"/>'],
      "</ExtensionPoint>",
    ],
    urls: { "Events.Url": paths.events, "Events.Script": paths.eventsScript },
    within: [],
  });
  return version("1.0", at, { runtimes: [], pinning: [], points: [], urls: {}, within: inner });
};

/** In classic Outlook events run without a page: it takes the script alone. */
const runtime: Lines = [
  '<Runtime resid="Events.Url">',
  ['<Override type="javascript" resid="Events.Script"/>'],
  "</Runtime>",
];

interface More {
  readonly runtimes: Lines;
  readonly pinning: Lines;
  readonly points: Lines;
  readonly urls: Readonly<Record<string, string>>;
  /** The next version, which stands in this one. */
  readonly within: Lines;
}

function version(number: "1.0" | "1.1", at: At, { runtimes, pinning, points, urls, within }: More): Lines {
  const of = number === "1.0" ? "" : `/${number}`;
  const needs = number === "1.0" ? "1.3" : "1.5";
  const namespace = `http://schemas.microsoft.com/office/mailappversionoverrides${of}`;
  return [
    `<VersionOverrides xmlns="${namespace}" xsi:type="VersionOverridesV${number.replace(".", "_")}">`,
    [
      "<Requirements>",
      [`<bt:Sets DefaultMinVersion="${needs}">`, ['<bt:Set Name="Mailbox"/>'], "</bt:Sets>"],
      "</Requirements>",
      "<Hosts>",
      [
        '<Host xsi:type="MailHost">',
        [
          ...runtimes,
          "<DesktopFormFactor>",
          [...surface("Compose", []), ...surface("Read", pinning), ...points],
          "</DesktopFormFactor>",
        ],
        "</Host>",
      ],
      "</Hosts>",
      "<Resources>",
      resources(at, { "Mail.Url": paths.mail, ...urls }, tip),
      "</Resources>",
      ...within,
    ],
    "</VersionOverrides>",
  ];
}

/** Groups of a mail's ribbon have no icon. */
const surface = (form: "Compose" | "Read", pinning: Lines): Lines => {
  const action = ['<SourceLocation resid="Mail.Url"/>', ...pinning];
  return [
    `<ExtensionPoint xsi:type="Message${form}CommandSurface">`,
    [
      '<OfficeTab id="TabDefault">',
      ribbonGroup(`Mail.${form}.Protection`, `Mail.${form}.Protect`, action, []),
      "</OfficeTab>",
    ],
    "</ExtensionPoint>",
  ];
};
