/**
 * JSON as one harmless line, whatever names contain: JSON itself escapes C0, this the rest of what a terminal or a
 * reader of logs takes for control.
 */
export const oneLine = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
