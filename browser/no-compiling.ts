import { config } from "zod";

// Imported before anything that has schemas: it would try to compile code from text, which no page here may do.
config({ jitless: true });
