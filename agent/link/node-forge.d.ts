/** The little of node-forge that is used here: structures, never cryptography. Strings hold one byte a character. */
declare module "node-forge" {
  namespace forge {
    interface Asn1 {
      readonly value: string | Asn1[];
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
      generateSubjectKeyIdentifier(): { getBytes(): string };
      setSubject(names: readonly object[]): void;
      setIssuer(names: readonly object[]): void;
      setExtensions(extensions: readonly object[]): void;
    }
  }
  const forge: {
    asn1: {
      Class: { UNIVERSAL: number; CONTEXT_SPECIFIC: number };
      Type: { SEQUENCE: number };
      create(tagClass: number, type: number, constructed: boolean, value: string | forge.Asn1[]): forge.Asn1;
      toDer(asn1: forge.Asn1): { getBytes(): string };
    };
    md: { sha256: { create(): forge.Digest } };
    pki: {
      oids: Record<string, string>;
      createCertificate(): forge.Certificate;
      publicKeyFromPem(pem: string): unknown;
      getTBSCertificate(certificate: forge.Certificate): forge.Asn1;
      certificateToPem(certificate: forge.Certificate): string;
    };
  };
  export default forge;
}
