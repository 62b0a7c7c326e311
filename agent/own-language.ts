import { type Language, languageOf } from "../shared/language.js";

/** As this computer is set. Of all that Intl has, plural rules take the least to begin with: half a millisecond, and dates 30. */
export const ownLanguage = (): Language => languageOf(new Intl.PluralRules().resolvedOptions().locale);
