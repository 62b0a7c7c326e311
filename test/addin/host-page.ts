/**
 * What Office on the web answers to a pane in its frame, as far as this add-in asks: the messages of the host protocol that
 * Office.js speaks, over a document that is a few objects. Runs in a page; docs/addin.md says what that shows and what not.
 */

export interface HostSettings {
  readonly program: "Word" | "Excel" | "PowerPoint";
  /** The file, base64. */
  readonly file: string;
  /** The same document's pages, base64. */
  readonly pdf: string;
  readonly url: string;
  readonly sets: Readonly<Record<string, number>>;
  readonly language: string;
  readonly properties: Readonly<Record<string, string>>;
  /** What goes wrong: a call is never answered, or refused, or answered with something else. */
  misbehave?: "silent" | "refuses" | "short" | "";
}

/** The page's own name for what a test looks at. */
export interface HostWindow {
  readonly office: { document: Json; openFiles: number; calls: string[]; settings: HostSettings };
}

type Json = { [name: string]: unknown };
interface Message {
  readonly _actionName: string;
  readonly _conversationId: string;
  readonly _correlationId: unknown;
  readonly _data: Json;
}

const names = { Word: 32, Excel: 16, PowerPoint: 512 } as const;
const fileTypes = { pdf: 2 } as const;

// --- the document ----------------------------------------------------------------------------------------------------

const plain = (value: unknown): boolean => value === null || typeof value !== "object";

/** A list of objects that can be asked for by `_Id`. */
class List {
  readonly list: Json[];
  readonly key: string;
  readonly make: (...args: unknown[]) => Json;
  constructor(list: Json[], key: string, make: (...args: unknown[]) => Json) {
    Object.assign(this, { list, key, make });
    this.list = list;
    this.key = key;
    this.make = make;
  }
  Add(...args: unknown[]): Json {
    const made = this.make(...args);
    const at = this.list.findIndex((one) => one[this.key] === made[this.key]);
    if (at >= 0) this.list[at] = made;
    else this.list.push(made);
    return made;
  }
  GetItemOrNullObject(key: unknown): Json | null {
    return this.list.find((one) => one[this.key] === key) ?? null;
  }
  GetItem = (key: unknown): Json | null => this.GetItemOrNullObject(key);
  GetItemAt = (at: unknown): Json | null => this.list[Number(at)] ?? null;
}

const removable = (list: Json[], item: Json): Json =>
  Object.assign(item, { Delete: () => void list.splice(list.indexOf(item), 1) });

function propertiesOf(settings: HostSettings): List {
  const list: Json[] = [];
  const make = (Key: unknown, Value: unknown) => removable(list, { Key, Value, _Id: Key });
  const all = new List(list, "Key", make);
  for (const [key, value] of Object.entries(settings.properties)) all.Add(key, value);
  return all;
}

function wordDocument(settings: HostSettings): Json {
  const controls: Json[] = [];
  const bodies = new Map<string, Json>();
  const body = (name: string): Json => {
    const paragraphs: Json[] = [];
    const made = {
      paragraphs,
      /** The text of what is in a package of one file. */
      InsertOoxml: (xml: unknown) => made.InsertParagraph(/string="([^"]*)"/.exec(String(xml))?.[1]),
      InsertParagraph(Text: unknown): Json {
        const paragraph: Json = { Text, Alignment: "", Font: { Color: "", Size: 0 } };
        paragraph.InsertContentControl = () => {
          const control: Json = { Tag: "", Title: "", _Id: controls.length + 1 };
          control.Delete = () => {
            controls.splice(controls.indexOf(control), 1);
            paragraphs.splice(paragraphs.indexOf(paragraph), 1);
          };
          controls.push(control);
          return control;
        };
        paragraphs.push(paragraph);
        return paragraph;
      },
    };
    bodies.set(name, made);
    return made;
  };
  const part = (kind: string) => (type: unknown) => bodies.get(`${kind} ${type}`) ?? body(`${kind} ${type}`);
  const section: Json = { _Id: 1, GetHeader: part("header"), GetFooter: part("footer") };
  return {
    saved: 0,
    bodies,
    Properties: { CustomProperties: propertiesOf(settings) },
    Sections: new List([section], "_Id", () => ({})),
    ContentControls: {
      GetByTag: (tag: unknown) =>
        new List(
          controls.filter((one) => one.Tag === tag),
          "_Id",
          () => ({}),
        ),
    },
    Save() {
      this.saved = Number(this.saved) + 1;
    },
  };
}

function excelWorkbook(settings: HostSettings): Json {
  const sheet: Json = { _Id: "s1", Name: "Sheet1", PageLayout: { HeadersFooters: { DefaultForAllPages: {} } } };
  return {
    saved: 0,
    Properties: { Custom: propertiesOf(settings) },
    Worksheets: new List([sheet], "_Id", () => ({})),
    Save() {
      this.saved = Number(this.saved) + 1;
    },
  };
}

function presentation(settings: HostSettings): Json {
  const shapes: Json[] = [];
  const make = (Text: unknown) =>
    removable(shapes, {
      _Id: `shape${shapes.length}`,
      Id: `shape${shapes.length}`,
      Name: "",
      text: Text,
      TextFrame: { TextRange: { Font: {}, ParagraphFormat: {} } },
    });
  const collection = Object.assign(new List(shapes, "Id", make), {
    AddTextBox: (text: unknown) => collection.Add(text),
  });
  const slide: Json = { _Id: "1", Id: "1", Shapes: collection };
  return { Properties: { CustomProperties: propertiesOf(settings) }, Slides: new List([slide], "Id", () => ({})) };
}

const documents = { Word: wordDocument, Excel: excelWorkbook, PowerPoint: presentation };

// --- the batches of Word.run and its kin -----------------------------------------------------------------------------

interface ObjectPath {
  readonly Id: number;
  readonly ObjectPathType: number;
  readonly Name: string;
  readonly ParentObjectPathId: number;
  readonly ArgumentInfo?: { readonly Arguments?: readonly unknown[] };
}
interface Action {
  readonly Id: number;
  readonly ActionType: number;
  readonly Name: string;
  readonly ObjectPathId: number;
  readonly ArgumentInfo?: { readonly Arguments?: readonly unknown[] };
}

const paths = { global: 1, made: 2, method: 3, property: 4, indexer: 5, nothing: 7 } as const;
const actions = { instantiate: 1, query: 2, method: 3, set: 4 } as const;

/** Does a batch, and says what each action gave. */
function run(batch: { Actions: readonly Action[]; ObjectPaths: Readonly<Record<string, ObjectPath>> }, root: Json) {
  const found = new Map<number, unknown>();
  const objectAt = (id: number): unknown => {
    if (!found.has(id)) found.set(id, resolve(batch.ObjectPaths[String(id)]!));
    return found.get(id);
  };
  const resolve = ({ ObjectPathType: type, Name, ParentObjectPathId, ArgumentInfo }: ObjectPath): unknown => {
    const args = ArgumentInfo?.Arguments ?? [];
    if (type === paths.global) return root;
    if (type === paths.nothing) return null;
    if (type === paths.made) return {}; // a service of Office's own, which is asked for nothing that matters here
    const parent = objectAt(ParentObjectPathId) as Json & List;
    if (parent === null) return null;
    if (type === paths.property) return parent[Name];
    if (type === paths.indexer) return parent.GetItem(args[0]);
    return (parent[Name] as (...given: unknown[]) => unknown).apply(parent, [...args]);
  };
  const shownOf = (object: unknown): unknown => {
    if (object === null || object === undefined) return { _IsNull: true };
    if (object instanceof List) return { _Items: object.list.map(shownOf) };
    const shown = Object.entries(object as Json).flatMap(([name, value]): [string, unknown][] => {
      if (plain(value) && typeof value !== "function") return [[name, value]];
      return value instanceof List ? [[name, shownOf(value)]] : [];
    });
    return Object.fromEntries(shown);
  };
  const act = ({ ActionType: type, Name, ObjectPathId, ArgumentInfo }: Action): unknown => {
    const object = objectAt(ObjectPathId) as Json;
    const args = ArgumentInfo?.Arguments ?? [];
    if (type === actions.instantiate)
      return object === null || object === undefined ? { _IsNull: true } : shownOf(object);
    if (type === actions.query) return shownOf(object);
    if (type === actions.set) object[Name] = args[0];
    const called = type === actions.method ? object?.[Name] : undefined;
    if (typeof called === "function") called.apply(object, [...args]);
    return null;
  };
  return batch.Actions.map((action) => ({ ActionId: action.Id, Value: act(action) }));
}

// --- the messages ----------------------------------------------------------------------------------------------------

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

export function beOffice(settings: HostSettings): void {
  const document = documents[settings.program](settings);
  const office = { document, openFiles: 0, calls: [] as string[], settings };
  Object.assign(window, { office });
  const files = new Map<string, Uint8Array>();
  let sliceBytes = 0;
  const context = {
    _id: "app1",
    _appName: names[settings.program],
    _appVersion: "16.01",
    _hostFullVersion: "16.0.19999.10000",
    _appUILocale: settings.language,
    _dataLocale: settings.language,
    _docUrl: settings.url,
    _clientMode: 1,
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
    _requirementMatrix: JSON.stringify({ ...settings.sets, react: 1 }),
  };
  /** `undefined`: no answer, for ever. */
  const method = (data: Json): unknown => {
    const id = (data.DdaMethod as { DispatchId: number }).DispatchId;
    office.calls.push(String(id));
    const wrong = settings.misbehave;
    if (id === 77) {
      if (wrong === "silent") return undefined;
      if (wrong === "refuses" || office.openFiles >= 2) return { Error: 5001 };
      const bytes = bytesOf(data["0"] === fileTypes.pdf ? settings.pdf : settings.file);
      sliceBytes = Number(data["1"]);
      const handle = `h${files.size + 1}`;
      files.set(handle, bytes);
      office.openFiles++;
      return { Error: 0, 0: handle, 1: bytes.length };
    }
    if (id === 80) {
      const at = Number(data["3"]) * sliceBytes;
      const piece = files
        .get(String(data["2"]))!
        .slice(at, at + sliceBytes)
        .slice(wrong === "short" ? 1 : 0);
      return { Error: 0, 0: Array.from(piece), 1: piece.length };
    }
    if (id === 81) {
      office.openFiles--;
      return { Error: 0 };
    }
    if (id === 93) {
      const batch = JSON.parse((data.ArrayData as string[])[4]!);
      const body = { Error: null, TraceIds: [], Results: run(batch, document) };
      return { Error: 0, Data: [200, [], JSON.stringify(body)] };
    }
    return { Error: 5001 };
  };
  addEventListener("message", (event) => {
    const message = parsed(event.data);
    if (message === null) return;
    const { _actionName, _conversationId, _correlationId } = message;
    const answer = (_data: unknown) => {
      const same = { _actionName, _conversationId, _correlationId };
      const head = {
        _messageType: 1,
        _origin: location.origin,
        _errorCode: 0,
        _responseType: 0,
        _serializerVersion: 1,
      };
      (event.source as Window).postMessage(JSON.stringify({ ...head, ...same, _data }), event.origin);
    };
    if (_actionName === "ContextActivationManager_getAppContextAsync") answer(context);
    else if (_actionName === "executeMethod") {
      const given = method(message._data);
      if (given !== undefined) answer(given);
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
