import { useState } from "preact/hooks";
import { isOfficeName } from "../shared/format/kind.js";
import { decryptToBlob, nameOnceClear, save } from "./hand-over.js";
import { refusalFrom } from "./refusal.js";
import { CopyInstead, FilePicker, type ScreenProps, SignedIn } from "./screens.js";

/** A file nothing here can show: handed over whole, once the reader was told what that means. */
export function WrappedScreen({ desk, say, state: { document, opened } }: ScreenProps<"wrapped">) {
  const [progress, setProgress] = useState<number | "saved" | null>(null);
  const name = nameOnceClear(document, opened);
  const handOver = async () => {
    setProgress(0);
    const percent = (bytes: number) => setProgress(Math.floor((100 * bytes) / Math.max(1, opened.content.size)));
    try {
      save(await decryptToBlob(opened, percent), name);
      setProgress("saved");
    } catch (error) {
      desk.refuse(refusalFrom(error));
    }
  };
  const { name: author, address } = opened.use.terms.author;
  return (
    <main class="card">
      <p class="note">{opened.use.terms.label ?? document.name}</p>
      <h1>{say.wrapped}</h1>
      <p>{say.wrappedWhat(name)}</p>
      {isOfficeName(name) ? <CopyInstead say={say} name={document.name} /> : null}
      <p class="help">
        {say.byWhom} {author} ({address})
      </p>
      <p role="status">{progress === null ? "" : progress === "saved" ? say.saved(name) : say.saving(progress)}</p>
      <button type="button" class="primary" disabled={typeof progress === "number"} onClick={() => void handOver()}>
        {say.save(name)}
      </button>
      <FilePicker desk={desk} label={say.openAnother} />
      <SignedIn desk={desk} say={say} />
    </main>
  );
}
