/** What `seal install` puts where on one system, and `seal uninstall` takes away: pure, so that it can be read first. */
export interface Plan {
  /** Whole files of ours, none of them anybody else's. */
  readonly files: readonly { readonly path: string; readonly content: string; readonly about: string }[];
  /** After the files are there. */
  readonly enable: readonly Step[];
  /** While they still are. */
  readonly disable: readonly Step[];
  /** After either: what the system reads instead of the files. */
  readonly refresh: readonly Step[];
  /** What refreshing makes in a folder that has nothing else in it: gone again with the last of ours. */
  readonly made: readonly { readonly folder: string; readonly names: readonly string[] }[];
}

export interface Step {
  readonly command: readonly [string, ...string[]];
  readonly about: string;
}

export interface Around {
  /** The user's home folder. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `node` and `seal.mjs`, absolute. */
  readonly program: readonly [string, string];
}

/** A home of Sealwright that is not the usual one is said to whatever is started later. */
export const ownHome = ({ env }: Around): string | undefined => env.SEALWRIGHT_HOME || undefined;
