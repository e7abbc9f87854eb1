/** An upload is refused. The message tells the sender why. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused'
  readonly status: 400 | 413 | 415 | 422

  constructor(status: UploadRefused['status'], message: string) {
    super(message)
    this.status = status
  }
}

/** An archive is damaged, encrypted or not an archive. */
export class UnreadableArchive extends UploadRefused {
  constructor(message: string) {
    super(422, message)
  }
}

/** In bytes, as it is sent. */
export const longestUpload = 10 * 2 ** 20
export const mostFiles = 100
/** An archive in the upload is 1, an archive in that is 2. */
export const deepestArchive = 3
const mostEntries = 10_000
const mostBytes = 32 * 2 ** 20

export const tooMuch = `Send at most ${mostFiles} files and ${longestUpload} bytes in one upload`

/** What all archives of one upload may take together. */
export class Budget {
  #entries = mostEntries
  #bytes = mostBytes

  /** @throws UploadRefused */
  takeEntry(): void {
    if (--this.#entries < 0)
      throw new UploadRefused(422, `The upload has more than ${mostEntries} files in zip archives: send fewer at once`)
  }

  /** @throws UploadRefused */
  takeBytes(count: number): void {
    this.#bytes -= count
    if (this.#bytes < 0)
      throw new UploadRefused(
        422,
        `The upload is larger than ${mostBytes / 2 ** 20} MiB when unpacked: send it in parts`,
      )
  }
}
