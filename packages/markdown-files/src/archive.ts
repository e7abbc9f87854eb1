import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { fromBuffer, type Options, type ZipFile } from 'yauzl'

const mostEntries = 1000
const longestEntry = 2 ** 20
const longestAll = 32 * 2 ** 20

/** The archive cannot be taken; the message says why, for the one who sent it. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}

const open = promisify<Buffer, Options, ZipFile>(fromBuffer)

/** The files in a zip archive, its folders' names left out. Sizes are counted as they are unpacked, not as they are stated. */
export async function readArchive(content: Buffer): Promise<{ name: string; content: Buffer }[]> {
  const zip = await open(content, { lazyEntries: true, autoClose: false }).catch((error) => {
    throw new ArchiveError(`The zip archive cannot be read: ${error.message}`)
  })
  const openStream = promisify(zip.openReadStream.bind(zip) as never) as unknown as (
    entry: unknown,
  ) => Promise<NodeJS.ReadableStream>
  const files: { name: string; content: Buffer }[] = []
  let all = 0
  try {
    if (zip.entryCount > mostEntries) throw new ArchiveError(`The zip archive has over ${mostEntries} files`)
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.split('/').at(-1) ?? ''
      // What macOS puts beside each file, and folders.
      if (name === '' || name.startsWith('._') || entry.fileName.startsWith('__MACOSX/')) continue
      if (entry.isEncrypted()) throw new ArchiveError('The zip archive is encrypted: send it without a password')
      all += entry.uncompressedSize
      if (entry.uncompressedSize > longestEntry) throw new ArchiveError(`${name} in the zip archive is over 1 MiB`)
      if (all > longestAll) throw new ArchiveError('The zip archive is over 32 MiB when unpacked')
      // It ends with an error where more comes out than the entry states.
      files.push({ name, content: await buffer(await openStream(entry)) })
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw error
    throw new ArchiveError(`The zip archive cannot be read: ${(error as Error).message}`)
  } finally {
    zip.close()
  }
  return files
}
