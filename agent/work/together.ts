const ignore = (): void => undefined;

/**
 * One run at a time: who asks while one is under way shares the next with all others who wait, which covers what each of
 * them has done before asking. Many flushes at once then become two.
 */
export class Together {
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  get isIdle(): boolean {
    return this.#running === null;
  }

  /** @param work - run by the first of those who share. Its failure is the failure of all of them. */
  run(work: () => Promise<void>): Promise<void> {
    if (this.#running === null) return this.#start(work);
    this.#next ??= this.#running.catch(ignore).then(() => {
      this.#next = null;
      return this.#start(work);
    });
    return this.#next;
  }

  #start(work: () => Promise<void>): Promise<void> {
    this.#running = work().finally(() => {
      if (this.#next === null) this.#running = null;
    });
    return this.#running;
  }
}
