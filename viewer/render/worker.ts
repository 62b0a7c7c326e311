/** What of Trusted Types is used here; not every browser has them. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** Starts the program the viewer passed in. This is the one place where the frame makes code from what it was given. */
export function startWorker(program: Blob): Worker {
  const url = URL.createObjectURL(program);
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy("sealwright-worker", { createScriptURL: (text) => text });
  return new Worker(policy?.createScriptURL(url) ?? url);
}
