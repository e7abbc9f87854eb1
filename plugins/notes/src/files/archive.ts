import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { fromBuffer, type Options, type ZipFile } from 'yauzl'

const mostEntries = 1000
const longestEntry = 2 ** 20
const longestAll = 32 * 2 ** 20

/** The archive is refused. The message tells the sender why. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}

const open = promisify<Buffer, Options, ZipFile>(fromBuffer)

/** Returns the files in a zip archive, without their folders. Sizes are checked while unpacking, because an archive may understate them. */
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
    if (zip.entryCount > mostEntries) throw new ArchiveError(`The zip archive has more than ${mostEntries} files`)
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.split('/').at(-1) ?? ''
      // Skip folders and the files that macOS adds.
      if (name === '' || name.startsWith('._') || entry.fileName.startsWith('__MACOSX/')) continue
      if (entry.isEncrypted()) throw new ArchiveError('The zip archive is encrypted: send it without a password')
      all += entry.uncompressedSize
      if (entry.uncompressedSize > longestEntry)
        throw new ArchiveError(`${name} in the zip archive is larger than 1 MiB`)
      if (all > longestAll) throw new ArchiveError('The zip archive is larger than 32 MiB when unpacked')
      // The stream fails if the entry is larger than it states.
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
