import { type Language, languageOf } from "../shared/language.js";

/** As this computer is set. */
export const ownLanguage = (): Language => languageOf(Intl.DateTimeFormat().resolvedOptions().locale);
