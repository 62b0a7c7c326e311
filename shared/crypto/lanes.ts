/** Starts up to `lanes` jobs ahead and yields their results in order: the pipeline that sealing and opening share. */
export async function* inOrder<T>(jobs: AsyncIterable<() => Promise<T>>, lanes: number): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  try {
    for await (const job of jobs) {
      const started = job();
      started.catch(() => undefined); // looked at below, in order
      running.push(started);
      if (running.length >= lanes) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}
