import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { type Entry, fromBuffer, type Options, type ZipFile } from 'yauzl'
import { type Budget, UnreadableArchive, UploadRefused } from './budget.ts'
import { baseName, type FileName, readNames, unicodePath } from './file-names.ts'

const open = promisify<Buffer, Options, ZipFile>(fromBuffer)

// APPNOTE 4.4.4, bit 11.
const utf8Flag = 0x800

/** A file in an archive, unpacked only when it is read. */
export interface ArchivedFile {
  /** Without its folders. */
  name: FileName
  /** In bytes, as the archive states it; a larger file cannot be read. */
  size: number
  /** @throws UploadRefused if the file is damaged, encrypted or larger than stated, or the budget is spent */
  read: () => Promise<Buffer>
}

/**
 * The files in a zip archive, one after another.
 * @throws UploadRefused
 */
export async function* readArchive(content: Buffer, budget: Budget): AsyncGenerator<ArchivedFile> {
  const zip = await open(content, { lazyEntries: true, autoClose: false, decodeStrings: false }).catch((error) => {
    throw unreadable(error.message)
  })
  try {
    const entries = await listEntries(zip, budget)
    const names = readNames(
      entries.map(({ fileNameRaw: bytes, extraFields, generalPurposeBitFlag }) => ({
        bytes,
        utf8: unicodePath(bytes, extraFields) ?? (generalPurposeBitFlag & utf8Flag ? bytes : undefined),
      })),
    )
    for (const [index, entry] of entries.entries()) {
      const path = names[index] as FileName
      const name = { ...path, text: baseName(path.text) }
      // Skip folders and the files that macOS adds.
      if (name.text === '' || name.text.startsWith('._') || path.text.startsWith('__MACOSX/')) continue
      yield { name, size: entry.uncompressedSize, read: () => unpack(zip, entry, name.text, budget) }
    }
  } finally {
    zip.close()
  }
}

async function listEntries(zip: ZipFile, budget: Budget): Promise<Entry[]> {
  const entries: Entry[] = []
  try {
    for await (const entry of zip.eachEntry()) {
      budget.takeEntry()
      entries.push(entry)
    }
  } catch (error) {
    throw error instanceof UploadRefused ? error : unreadable((error as Error).message)
  }
  return entries
}

async function unpack(zip: ZipFile, entry: Entry, name: string, budget: Budget): Promise<Buffer> {
  if (entry.isEncrypted()) throw new UnreadableArchive('The zip archive is encrypted: send it without a password')
  const openStream = promisify(zip.openReadStream.bind(zip) as OpenReadStream)
  const chunks: Buffer[] = []
  let checksum = 0
  try {
    // The stream fails if the entry is larger than it states.
    for await (const chunk of await openStream(entry)) {
      budget.takeBytes(chunk.length)
      checksum = crc32(chunk, checksum)
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof UploadRefused ? error : unreadable(`${name}: ${(error as Error).message}`)
  }
  if (checksum !== entry.crc32) throw unreadable(`${name} is damaged`)
  return Buffer.concat(chunks)
}

type OpenReadStream = (entry: Entry, done: (error: Error | null, stream: AsyncIterable<Buffer>) => void) => void

const unreadable = (reason: string): UnreadableArchive =>
  new UnreadableArchive(
    `The zip archive cannot be read (${reason.replace(/\.$/, '')}): pack it again and send it whole`,
  )
