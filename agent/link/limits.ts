/** What one computer's pages may take of the agent at most. Counts, sizes in bytes, times in ms. */
export const limits = {
  /** Connections of any kind that have proven nothing; one more, and the oldest of them gives way. */
  unproven: 32,
  /** How long one may take until it has. A person who types a code is not waited for: the page connects again. */
  provingMs: 10_000,
  /** Connections in all. */
  connections: 256,
  /** Of one paired page, over sockets and POST. */
  perPairing: 16,
  /** Answers under way on one connection. */
  answersAtOnce: 16,
  /** A paired connection that says nothing, not even a pong. */
  idleMs: 60_000,
  pingMs: 20_000,
  /** How long a page may take to read what it asked for. */
  slowReaderMs: 30_000,
  /** Exchanges by POST that nobody goes on with. */
  sessionIdleMs: 60_000,
  /** Wrong proofs of one origin in `failuresMs`, before it has to wait that long. */
  failures: 10,
  failuresMs: 60_000,
  /** Documents at work for all pages together. */
  jobs: 12,
  /** Of their content, all together, on disk. */
  spoolBytes: 4 * 2 ** 30,
  /** Questions to the person at once, and how long each waits before it counts as no. */
  questions: 4,
  questionMs: 120_000,
  /** A code: how long it holds, and how often it may be typed wrongly. */
  codeMs: 120_000,
  codeTries: 5,
  /** A page can make the code appear so often. */
  codeEveryMs: 20_000,
  /** Paired pages. */
  pairings: 32,
} as const;
