/** The little of node-forge that is used here: structures, never cryptography. Strings hold one byte a character. */
declare module "node-forge" {
  namespace forge {
    interface Asn1 {
      readonly value: string | Asn1[];
    }
    interface PrivateKey {
      readonly n: unknown;
    }
    interface Bag {
      readonly key: PrivateKey | null;
      readonly asn1?: Asn1;
    }
    interface Digest {
      update(bytes: string): void;
    }
    interface Certificate {
      serialNumber: string;
      validity: { notBefore: Date; notAfter: Date };
      publicKey: unknown;
      signatureOid: string;
      siginfo: { algorithmOid: string };
      tbsCertificate: Asn1;
      md: Digest;
      signature: string;
      setSubject(names: readonly object[]): void;
      setIssuer(names: readonly object[]): void;
      setExtensions(extensions: readonly object[]): void;
    }
  }
  const forge: {
    asn1: {
      Class: { UNIVERSAL: number; CONTEXT_SPECIFIC: number };
      Type: Record<"SEQUENCE" | "SET" | "OID" | "OCTETSTRING" | "INTEGER" | "NULL" | "BMPSTRING", number>;
      create(tagClass: number, type: number, constructed: boolean, value: string | forge.Asn1[]): forge.Asn1;
      fromDer(bytes: string, options: { strict: boolean; parseAllBytes: boolean }): forge.Asn1;
      toDer(asn1: forge.Asn1): { getBytes(): string };
      oidToDer(oid: string): { getBytes(): string };
      integerToDer(value: number): { getBytes(): string };
    };
    md: { sha256: { create(): forge.Digest } };
    pkcs12: {
      pkcs12FromAsn1(
        asn1: forge.Asn1,
        strict: boolean,
        password: string,
      ): { getBags(filter: { bagType: string }): Record<string, forge.Bag[] | undefined> };
    };
    pki: {
      oids: Record<string, string>;
      createCertificate(): forge.Certificate;
      publicKeyFromPem(pem: string): unknown;
      getTBSCertificate(certificate: forge.Certificate): forge.Asn1;
      certificateToAsn1(certificate: forge.Certificate): forge.Asn1;
      privateKeyToAsn1(key: forge.PrivateKey): forge.Asn1;
      wrapRsaPrivateKey(key: forge.Asn1): forge.Asn1;
    };
  };
  export default forge;
}
