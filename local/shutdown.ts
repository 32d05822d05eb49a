/** Closes what was started, the last first. */
export class Shutdown {
  readonly #closers: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  closing<T extends { close(): Promise<void> }>(one: T): T {
    this.add(() => one.close());
    return one;
  }

  /** One that cannot be closed does not keep the others open. */
  async close(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      await close().catch((error: unknown) => console.error(`While stopping: ${String(error)}`));
    }
  }
}
