import { generateKeyPair, type PublicKey, publicKeyFromSpki } from "../shared/crypto/keys.js";
import { generateProofPair, type ProofKey, proofKeyOf } from "../shared/protocol/proof.js";

/** The keys of one sign-in in one page. Their private halves cannot be read out, and end with the page. */
export interface PageKeys {
  readonly proof: ProofKey;
  /** Opens use licenses, or the account key that all devices of a person share. */
  readonly account: { readonly publicKey: PublicKey; readonly privateKey: CryptoKey };
  /** Signs what is protected in this page. */
  readonly licensor: { readonly publicKey: PublicKey; readonly privateKey: CryptoKey };
}

const publicHalf = async ({ publicKey }: CryptoKeyPair): Promise<PublicKey> =>
  publicKeyFromSpki(new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)), "internal");

export async function newPageKeys(): Promise<PageKeys> {
  const [proof, account, licensor] = await Promise.all([
    generateProofPair(false),
    generateKeyPair("unseal", false),
    generateKeyPair("sign", false),
  ]);
  return {
    proof: await proofKeyOf(proof.privateKey, await crypto.subtle.exportKey("jwk", proof.publicKey)),
    account: { publicKey: await publicHalf(account), privateKey: account.privateKey },
    licensor: { publicKey: await publicHalf(licensor), privateKey: licensor.privateKey },
  };
}
