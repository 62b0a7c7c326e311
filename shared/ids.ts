import { RightsError, type RightsErrorCode } from "./errors.js";

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A fresh GUID, version 4, lower case: how contents, families, people and certificates are named. */
export const newId = (): string => crypto.randomUUID();

export const isId = (text: string): boolean => guid.test(text);

/** `{guid}` as XML carries it -> the bare id of JSON, URLs and logs. */
export function parseBracedId(text: string, code: RightsErrorCode): string {
  const id = text.slice(1, -1);
  if (text !== `{${id}}` || !isId(id)) throw new RightsError(code, "an id is not spelled as it must be");
  return id;
}
