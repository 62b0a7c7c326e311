import fc from "fast-check";
import { usePrimitives } from "../shared/crypto/primitives.js";
import { webPrimitives } from "../shared/crypto/web-primitives.js";
import { useHttp } from "../shared/protocol/http.js";
import { webHttp } from "../shared/protocol/web-http.js";
import { beginChoices, seed } from "./scale.js";

if (seed !== null) fc.configureGlobal({ seed });

// A file may come after others in the same process; it begins as it would in one of its own.
beginChoices();
usePrimitives(webPrimitives);
useHttp(webHttp);
