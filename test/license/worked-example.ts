import { fromBase64, fromBase64url, fromHex } from "../../shared/bytes.js";
import {
  importContentKey,
  importPrivateKey,
  type PublicKey,
  publicKeyFromModulus,
  type Signer,
  signerOf,
  type Unsealer,
  unsealerOf,
} from "../../shared/crypto/keys.js";
import type { TenantTrust } from "../../shared/license/trust.js";

/** The people, ids and fixed values of the worked example. Runs in Node and in a page. */

export const tenant = "11111111-2222-4333-8444-555555555555";
export const ada = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
export const bob = "16fd2706-8baf-433b-82eb-8c7fada847da";
export const contentId = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
export const label = "2096f6a2-d2f7-48be-b329-b73aaa526e5d";
export const serviceAddress = "https://rms.contoso.example/_wmcs/licensing";
export const rawContentKey = () => fromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
export const contentKey = () => importContentKey(rawContentKey());
export const salt = () => fromHex("404142434445464748494a4b4c4d4e4f");
export const rightsNonce = () => fromHex("303132333435363738393a3b");
export const plaintext = "hello, protected text";

const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const derOf = (pem: string) => fromBase64(pem.replace(/-----[^-]+-----|\s/g, ""), "internal");

/** The public half of a private key in PEM. */
export async function publicKeyOf(pem: string): Promise<PublicKey> {
  const key = await crypto.subtle.importKey("pkcs8", derOf(pem), rsa, true, ["sign"]);
  return publicKeyFromModulus(fromBase64url((await crypto.subtle.exportKey("jwk", key)).n!, "internal"));
}

export const signerFrom = async (pem: string): Promise<Signer> =>
  signerOf(await publicKeyOf(pem), await importPrivateKey(derOf(pem), "sign"));

export const unsealerFrom = async (pem: string): Promise<Unsealer> =>
  unsealerOf(await publicKeyOf(pem), await importPrivateKey(derOf(pem), "unseal"));

export const tenantKid = "7nbPl9C3SybCDVinCfLgB4_vV7YpnZmPXzSN0xDE8S4";
export const trust: TenantTrust = { tenant, keys: new Map([[tenantKid, { generation: 1 }]]) };
