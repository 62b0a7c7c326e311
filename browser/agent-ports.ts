import { linkPorts } from "../shared/protocol/agent-limits.js";
import { agentPortsMeta } from "../shared/protocol/page-api.js";

/** Where a page looks for the agent, in this order: where its service says, else where agents usually are. */
export function agentPorts(page: Document): readonly number[] {
  const said = page.querySelector<HTMLMetaElement>(`meta[name="${agentPortsMeta}"]`);
  return said?.content.split(" ").map(Number) ?? linkPorts;
}
