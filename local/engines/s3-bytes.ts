/** A stream of bytes, read by lines, by counts or up to a mark, never held as a whole. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its CRLF; null where the stream ends or the line is longer than the limit. */
  async line(limitBytes: number): Promise<string | null> {
    for (;;) {
      const end = this.#held.indexOf('\r\n');
      if (end !== -1 && end <= limitBytes) return this.#take(end + 2).toString('utf8', 0, end);
      if (end !== -1 || this.#held.length > limitBytes || !(await this.#more())) return null;
    }
  }

  /** From one to `limitBytes` bytes; null at the end of the stream. */
  async some(limitBytes: number): Promise<Buffer | null> {
    if (this.#held.length === 0 && !(await this.#more())) return null;
    return this.#take(Math.min(limitBytes, this.#held.length));
  }

  /** What comes before the mark, piece by piece; the mark itself is passed over. Ends with false where it never comes. */
  async *until(mark: Buffer): AsyncGenerator<Buffer, boolean> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at !== -1) {
        if (at > 0) yield this.#take(at);
        this.#take(mark.length);
        return true;
      }
      // The mark may have begun in the last bytes.
      const sure = this.#held.length - mark.length + 1;
      if (sure > 0) yield this.#take(sure);
      if (!(await this.#more())) return false;
    }
  }

  /** Reads the rest, for nobody. */
  async skip(): Promise<void> {
    do this.#held = Buffer.alloc(0);
    while (await this.#more());
  }

  #take(length: number): Buffer {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }

  /** False at the end of the stream. */
  async #more(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (done === true) return false;
    this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
    return true;
  }
}
