import { sharedMark, shellWorkerPath, viewerPath } from "../shared/protocol/page-api.js";

/** The viewer as an app: what the browser hands it when a person opens a file with it, or shares one to it. */

interface LaunchQueue {
  setConsumer(consumer: (launch: { readonly files: readonly { getFile(): Promise<File> }[] }) => void): void;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(text: string): string };
}

/** Such files open by themselves; not every browser knows them. */
export function onLaunched(open: (files: readonly File[]) => void): void {
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    void Promise.all(files.map((one) => one.getFile())).then(open);
  });
}

/** What another app shared to this one, and the worker took; it is given once. */
export async function takeShared(): Promise<readonly File[]> {
  const { controller } = navigator.serviceWorker ?? {};
  if (location.hash !== sharedMark || !controller) return [];
  history.replaceState(null, "", viewerPath);
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<readonly File[]>) => {
      port1.close();
      resolve(data);
    };
    controller.postMessage("shared", [port2]);
  });
}

/** Once the page has what it needs itself. The one address that may become a program here is this one. */
export function keepShell(): void {
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined) return;
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy("sealwright-shell", { createScriptURL: () => shellWorkerPath });
  const address = policy?.createScriptURL("") ?? shellWorkerPath;
  // a browser that keeps nothing (a private window, say) shows files all the same
  serviceWorker.register(address, { scope: viewerPath }).catch(() => undefined);
}
