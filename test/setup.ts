import fc from "fast-check";
import { seed } from "./scale.js";

if (seed !== null) fc.configureGlobal({ seed });
