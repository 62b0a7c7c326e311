import { viewerPath } from "../shared/protocol/page-api.js";

/** Names that mean something only inside of a network, or on one computer (RFC 6761, RFC 8375). */
const inner = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|test|invalid|onion)$/;

/**
 * Where a file of another organisation may be opened: the viewer of its own service. The address comes from the file,
 * so nothing is asked there; the person goes, or does not, and that viewer holds its own keys against the file.
 * @returns `null` for an address no file may send anybody to: not https, with a port or a name, or of no public host.
 */
export function foreignViewer(serviceAddress: string): URL | null {
  if (!URL.canParse(serviceAddress)) return null;
  const { protocol, hostname, port, username, password } = new URL(serviceAddress);
  const isName = /^[a-z0-9.-]+\.[a-z0-9-]*[a-z][a-z0-9-]*$/.test(hostname); // the last part of an IPv4 address is a number
  if (protocol !== "https:" || port !== "" || username !== "" || password !== "") return null;
  return isName && !inner.test(hostname) ? new URL(`https://${hostname}${viewerPath}`) : null;
}
