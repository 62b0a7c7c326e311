export interface RateLimitOptions {
  /** How many may be spent at once. */
  burst: number;
  /** How many come back each second. */
  perSecond: number;
  /** Buckets remembered at most; the longest unused is forgotten first, which can only help whoever it was. */
  maxKeys?: number;
  now?: () => number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by key, in bounded memory. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();
  readonly #burst: number;
  readonly #perMs: number;
  readonly #maxKeys: number;
  readonly #now: () => number;

  constructor({ burst, perSecond, maxKeys = 100_000, now = Date.now }: RateLimitOptions) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#maxKeys = maxKeys;
    this.#now = now;
  }

  /** Spend one of `key`; `false` when none is left, and then nothing is spent. */
  take(key: string): boolean {
    const bucket = this.#filled(key);
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    this.#remember(key, bucket);
    return allowed;
  }

  /** Give one back: what it was spent on turned out well. */
  refund(key: string): void {
    const bucket = this.#filled(key);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + 1);
    this.#remember(key, bucket);
  }

  /** Seconds until `take(key)` can succeed again, rounded up; 0 when it can now. */
  retryAfter(key: string): number {
    return Math.max(0, Math.ceil((1 - this.#filled(key).tokens) / this.#perMs / 1000));
  }

  #filled(key: string): Bucket {
    const atMs = this.#now();
    const bucket = this.#buckets.get(key);
    if (!bucket) return { tokens: this.#burst, atMs };
    const earned = Math.max(0, atMs - bucket.atMs) * this.#perMs;
    return { tokens: Math.min(this.#burst, bucket.tokens + earned), atMs };
  }

  /** A Map keeps insertion order, so the first key is the longest unused. */
  #remember(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#maxKeys) this.#buckets.delete(this.#buckets.keys().next().value!);
  }
}
