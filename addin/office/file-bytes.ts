import { RightsError } from "../../shared/errors.js";
import { maxOfficeBytes } from "../../shared/format/office.js";
import type { Form, OpenDocument } from "../document.js";
import { officeCall } from "../office-call.js";

/** The largest that Office gives at once. In bytes. */
const sliceBytes = 4 * 1024 * 1024;
/** Making a file of a long document takes a while. In ms. */
const openingMs = 120_000;

/** Office gives a document away slice by slice, and holds at most two at a time: each is closed, whatever happens. */
export const bytesOf: OpenDocument["bytes"] = async (form, progress, signal) => {
  const { document } = Office.context;
  const asked = { sliceSize: sliceBytes };
  const open = (done: (result: Office.AsyncResult<Office.File>) => void) =>
    document.getFileAsync(fileType(form), asked, done);
  const file = await officeCall<Office.File>(open, { withinMs: openingMs, late: close, signal });
  try {
    if (!Number.isSafeInteger(file.size) || file.size > maxOfficeBytes)
      throw new RightsError("file-unsuitable", "the document is larger than 2 GiB");
    return await slicesOf(file, form, progress, signal);
  } finally {
    close(file);
  }
};

const fileType = (form: Form): Office.FileType => (form === "pdf" ? Office.FileType.Pdf : Office.FileType.Compressed);

const mediaType: Readonly<Record<Form, string>> = { package: "application/zip", pdf: "application/pdf" };

/** As a blob, which the browser may keep on disk. */
async function slicesOf(file: Office.File, form: Form, progress: (share: number) => void, signal: AbortSignal) {
  const parts: Blob[] = [];
  let size = 0;
  for (let at = 0; at < file.sliceCount; at++) {
    const slice = await officeCall<Office.Slice>((done) => file.getSliceAsync(at, done), { signal });
    const bytes = Uint8Array.from(slice.data as ArrayLike<number>);
    if ((slice.index ?? at) !== at || bytes.length > sliceBytes || size + bytes.length > file.size) throw changed();
    parts.push(new Blob([bytes]));
    size += bytes.length;
    progress(size / Math.max(1, file.size));
  }
  if (size !== file.size || size === 0) throw changed();
  return new Blob(parts, { type: mediaType[form] });
}

const changed = (): RightsError =>
  new RightsError("file-changed", "Office gave the document in pieces that do not fit; save it, and try again");

/** Nobody waits for it: what is read is read. */
function close(file: Office.File): void {
  officeCall<void>((done) => file.closeAsync(done)).catch(() => undefined);
}
