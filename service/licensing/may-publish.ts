import type { Identity } from "../../shared/policy.js";
import { mayNotPublish } from "../../shared/protocol/service-api.js";
import type { Database } from "../store/database.js";
import { Publishers } from "../store/publishers.js";
import { Refusal } from "./refusal.js";

/**
 * Whether somebody may protect: everybody but guests, or who is in the list, by themselves or in a group. Opening needs none
 * of it.
 */
export async function mayPublish({ subject, groups, isGuest }: Identity, db: Database): Promise<boolean> {
  if (isGuest) return false;
  const publishers = new Set(await new Publishers(db).list());
  return publishers.size === 0 || [subject, ...groups].some((one) => publishers.has(one));
}

/** @throws Refusal protect-denied. */
export async function checkMayPublish(identity: Identity, db: Database): Promise<void> {
  if (!(await mayPublish(identity, db))) throw new Refusal("protect-denied", mayNotPublish);
}
