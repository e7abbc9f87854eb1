/** Of all files of a call, in bytes. The host accepts 3 MB, and base64 is a third longer. */
const mostBytes = 2 * 2 ** 20

/**
 * The files that are chosen in a form, as data URLs with their names, by field name.
 * @throws Error that says what to do, if they are too large or cannot be read
 */
export async function chosenFiles(form: HTMLFormElement, names: readonly string[]): Promise<Record<string, string[]>> {
  const data = new FormData(form)
  const chosen = names
    .map((name): [string, File[]] => [name, data.getAll(name).filter((one): one is File => isChosen(one))])
    .filter(([, files]) => files.length > 0)
  const size = chosen.flatMap(([, files]) => files).reduce((sum, file) => sum + file.size, 0)
  if (size > mostBytes) throw new Error('The files are larger than 2 MiB: send them with pnpm host call -F')
  const read = chosen.map(async ([name, files]) => [name, await Promise.all(files.map(toDataUrl))] as const)
  return Object.fromEntries(await Promise.all(read))
}

/** A browser sends a file without a name where none is chosen. */
const isChosen = (one: FormDataEntryValue): boolean => one instanceof File && (one.name !== '' || one.size > 0)

async function toDataUrl(file: File): Promise<string> {
  const reader = new FileReader()
  const content = await new Promise<string>((resolve, reject) => {
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(new Error(`${file.name} could not be read: choose it again`))
    reader.readAsDataURL(file)
  })
  const type = file.type || 'application/octet-stream'
  const name = encodeURIComponent(file.name.toWellFormed())
  return `data:${type};name=${name};base64,${content.slice(content.indexOf(',') + 1)}`
}
