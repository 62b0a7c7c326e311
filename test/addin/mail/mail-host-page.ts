/**
 * What Outlook on the web answers to an add-in in its frames, as far as this one asks: the messages of the host protocol
 * that Office.js speaks, over a mail that is a few objects. Runs in a page; docs/outlook.md says what that shows.
 */

export interface HostAttachment {
  readonly id: string;
  readonly name: string;
  /** base64 of a file, the text of an item, the address of a link. */
  readonly content: string;
  /** 0 file, 1 item, 2 cloud */
  readonly attachmentType: 0 | 1 | 2;
  readonly isInline: boolean;
  readonly contentId?: string;
}

export interface HostMail {
  readonly form: "compose" | "read";
  readonly language: string;
  readonly mailbox: number;
  attachments: HostAttachment[];
  to: string[];
  cc: string[];
  bcc: string[];
  headers: Record<string, string>;
  body: string;
  /** What a refusal to send said to the pane it opened. */
  context: string;
  /** Calls that are never answered, by what each is. */
  silent: string[];
}

/** The page's own names for what a test looks at. */
export interface MailHostWindow {
  readonly outlook: HostMail & {
    notes: Record<string, string>;
    shown: Record<string, { message: string }>;
    calls: string[];
    /** Attachment calls at once, at most so far. */
    busiest: number;
    attach(attachment: Omit<HostAttachment, "id">): string;
    detach(id: string): void;
    writeTo(line: "to" | "cc" | "bcc", addresses: string[]): void;
  };
}

type Json = { [name: string]: unknown };
interface Message {
  readonly _actionName: string;
  readonly _conversationId: string;
  readonly _correlationId: unknown;
  readonly _data: Json;
}

const lines = ["to", "cc", "bcc"] as const;
const calls: Readonly<Record<number, string>> = {
  15: "recipients",
  20: "remove",
  33: "show",
  35: "show",
  36: "hide",
  37: "getBody",
  38: "setBody",
  99: "context",
  148: "add",
  149: "attachments",
  150: "content",
  151: "getHeaders",
  152: "setHeaders",
  153: "removeHeaders",
  185: "setNote",
  187: "notes",
  188: "clearNotes",
  189: "removeNote",
};

const sizeOf = ({ content, attachmentType }: HostAttachment): number => {
  const filler = content.endsWith("==") ? 2 : content.endsWith("=") ? 1 : 0;
  return attachmentType === 0 ? Math.floor((content.length * 3) / 4) - filler : content.length;
};

export function beOutlook(mail: HostMail): void {
  let made = 0;
  let busy = 0;
  const listeners: { name: string; source: Window; origin: string; conversation: string }[] = [];
  const details = (one: HostAttachment) => {
    const { id, name, attachmentType, isInline, contentId = "" } = one;
    return { id, name, size: sizeOf(one), attachmentType, isInline, contentId };
  };
  const tell = (name: string, data: Json) => {
    for (const { source, origin, conversation } of listeners.filter((one) => one.name === name)) {
      const head = {
        _messageType: 1,
        _responseType: 1,
        _errorCode: 0,
        _serializerVersion: 1,
        _origin: location.origin,
      };
      const of = { _actionName: name, _conversationId: conversation, _correlationId: -1, _data: data };
      source.postMessage(JSON.stringify({ ...head, ...of }), origin);
    }
  };
  const tellAttachment = (attachmentStatus: string, one: HostAttachment) =>
    tell("olkAttachmentsChanged", { 0: JSON.stringify({ attachmentStatus, attachmentDetails: details(one) }) });
  const outlook: MailHostWindow["outlook"] = Object.assign(mail, {
    notes: {},
    shown: {},
    calls: [],
    busiest: 0,
    attach(attachment: Omit<HostAttachment, "id">) {
      const one = { ...attachment, id: `AAMk${++made}=` };
      mail.attachments.push(one);
      tellAttachment("added", one);
      return one.id;
    },
    detach(id: string) {
      const at = mail.attachments.findIndex((one) => one.id === id);
      const [one] = mail.attachments.splice(at, 1);
      tellAttachment("removed", one!);
    },
    writeTo(line: "to" | "cc" | "bcc", addresses: string[]) {
      mail[line] = addresses;
      tell("olkRecipientsChanged", { 0: JSON.stringify({ changedRecipientFields: { [line]: true } }) });
    },
  });
  Object.assign(window, { outlook });
  const find = (id: unknown) => mail.attachments.find((one) => one.id === id);
  const formats = ["base64", "eml", "url"] as const;
  const ok = (data: unknown = null) => ({ error: false, data });
  const refused = { error: true, errorCode: 9021, data: null };
  const methods: Readonly<Record<string, (params: Json) => unknown>> = {
    attachments: () => ok(mail.attachments.map(details)),
    content: ({ id }) => {
      const one = find(id);
      return one === undefined ? refused : ok({ content: one.content, format: formats[one.attachmentType] });
    },
    add: ({ base64String, name }) =>
      ok(outlook.attach({ name: String(name), content: String(base64String), attachmentType: 0, isInline: false })),
    remove: ({ attachmentIndex: id }) => {
      if (find(id) === undefined || find(id)!.isInline) return refused;
      outlook.detach(String(id));
      return ok();
    },
    recipients: ({ recipientField }) =>
      ok(mail[lines[Number(recipientField)] ?? "to"].map((address) => ({ address, name: address, recipientType: 2 }))),
    getHeaders: ({ internetHeaderKeys }) => {
      const names = (internetHeaderKeys as string[]).map((name) => name.toLowerCase());
      return ok(Object.fromEntries(Object.entries(mail.headers).filter(([name]) => names.includes(name))));
    },
    setHeaders: ({ internetHeaderNameValuePairs }) => {
      for (const [name, value] of Object.entries(internetHeaderNameValuePairs as Record<string, string>))
        mail.headers[name.toLowerCase()] = value;
      return ok();
    },
    removeHeaders: ({ internetHeaderKeys }) => {
      for (const name of internetHeaderKeys as string[]) delete mail.headers[name.toLowerCase()];
      return ok();
    },
    notes: () => ok(outlook.notes),
    setNote: ({ name, value }) => ok(void Object.assign(outlook.notes, { [String(name)]: value })),
    clearNotes: () => {
      outlook.notes = {};
      return ok();
    },
    removeNote: ({ name }) => {
      delete outlook.notes[String(name)];
      return ok();
    },
    getBody: () => ok(mail.body),
    /** A picture that the text names no more is let go of. */
    setBody: ({ data }) => {
      mail.body = String(data);
      for (const one of mail.attachments.filter(({ isInline }) => isInline))
        if (!mail.body.includes(`cid:${one.contentId ?? one.name}`)) outlook.detach(one.id);
      return ok();
    },
    context: () => ok(mail.context),
    show: ({ key, message }) => ok(void Object.assign(outlook.shown, { [String(key)]: { message } })),
    hide: ({ key }) => {
      delete outlook.shown[String(key)];
      return ok();
    },
  };
  /** `undefined`: no answer, for ever. */
  const method = (data: Json): unknown => {
    const id = (data.MethodData as { DispatchId?: number } | undefined)?.DispatchId ?? Number(data.DispatchId);
    const name = calls[id] ?? String(id);
    outlook.calls.push(name);
    if (mail.silent.includes(name)) return undefined;
    return methods[name]?.((data.ApiParams ?? {}) as Json) ?? ok();
  };
  const person = {
    permissionLevel: 3,
    hostVersion: "16.0.19999.10000",
    owaView: "ThreeColumns",
    userDisplayName: "Ada",
    userEmailAddress: "ada@contoso.example",
    userTimeZone: "UTC",
    userProfileType: "office365",
    timeZoneOffsets: [],
  };
  const initial = () =>
    mail.form === "compose"
      ? { ...person, itemType: 4 }
      : { ...person, itemType: 1, id: "AAMkmail", subject: "Plans", attachments: mail.attachments.map(details) };
  const context = {
    _id: "app1",
    _appName: 64,
    _appVersion: "16.01",
    _hostFullVersion: "16.0.19999.10000",
    _appUILocale: mail.language,
    _dataLocale: mail.language,
    _docUrl: "",
    _clientMode: 0,
    _settings: {},
    _reason: 1,
    _osfControlType: 1,
    _eToken: "",
    _correlationId: "c",
    _appInstanceId: "i1",
    _appMinorVersion: 1,
    _clientWindowHeight: 800,
    _clientWindowWidth: 1200,
    _addinName: "Sealwright",
    _appDomains: [],
    _requirementMatrix: JSON.stringify({ Mailbox: mail.mailbox, DialogApi: 1.2, react: 1 }),
  };
  addEventListener("message", (event) => {
    const message = parsed(event.data);
    if (message === null) return;
    const { _actionName, _conversationId, _correlationId } = message;
    const source = event.source as Window;
    const answer = (_data: unknown) => {
      const same = { _actionName, _conversationId, _correlationId };
      const head = {
        _messageType: 1,
        _origin: location.origin,
        _errorCode: 0,
        _responseType: 0,
        _serializerVersion: 1,
      };
      source.postMessage(JSON.stringify({ ...head, ...same, _data }), event.origin);
    };
    if (_actionName === "ContextActivationManager_getAppContextAsync") answer(context);
    else if (_actionName === "GetInitialData") answer(initial());
    else if (_actionName === "ExecuteMethod") {
      outlook.busiest = Math.max(outlook.busiest, ++busy);
      const given = method(message._data);
      // as a program elsewhere answers, and not before others may have asked
      setTimeout(() => {
        busy--;
        if (given !== undefined) answer(given);
      }, 0);
    } else if (_actionName.startsWith("olk")) {
      listeners.push({ name: _actionName, source, origin: event.origin, conversation: _conversationId });
      answer({ Error: 0 });
    } else if (_correlationId != null) answer({});
  });
}

function parsed(data: unknown): Message | null {
  try {
    return JSON.parse(String(data)) as Message;
  } catch {
    return null;
  }
}
