import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Refusal } from './refusal.ts'

/** The files of a new plugin, before anything is written. */
export interface Plan {
  /** The folder that will contain them: `plugins/NAME` in the workspace. */
  folder: string
  /** By path in that folder, with `/` between the parts, such as `src/plugin.ts`. */
  files: Map<string, string | Uint8Array>
  /** Sentences that are printed after the files: what was left out, what is still to do. */
  notes: string[]
}

/**
 * Writes all files or none: they are written beside the folder, and renamed at the end.
 * @throws Refusal if the folder exists
 */
export function writePlan({ folder, files }: Plan): void {
  if (existsSync(folder)) throw new Refusal(`${folder} exists: choose another name, or remove the folder`)
  // pnpm and turbo look into folders of `plugins` that have a package.json, so it is written last.
  const written = mkdtempSync(join(dirname(folder), '.new-'))
  try {
    const paths = [...files.keys()].sort((a, b) => Number(a === 'package.json') - Number(b === 'package.json'))
    for (const path of paths) {
      const file = join(written, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, files.get(path) ?? '')
    }
    renameSync(written, folder)
  } catch (error) {
    rmSync(written, { recursive: true, force: true })
    throw error
  }
}

/** The paths of the files, sorted as a list that people read. */
export const pathsOf = ({ files }: Plan): string[] => [...files.keys()].sort()
