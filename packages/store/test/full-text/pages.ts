import { join } from 'node:path'
import { type Database, FullText, fullTextStep, openDatabase, type Reading } from '../../src/index.ts'
import { temporaryDatabase, temporaryFolder } from '../../src/temporary.ts'

export interface Page {
  key: number
  owner: string
  title: string
  text: string
}

/** A table of pages with an index of their words. */
export class Pages {
  readonly database: Database
  readonly index: FullText

  constructor(database: Database) {
    this.database = database
    this.index = new FullText(database, { table: 'page_text', fields: 2, read })
  }

  async put(...pages: Page[]): Promise<void> {
    await this.database.transaction(async (transaction) => {
      for (const { key, owner, title, text } of pages) {
        await transaction.run`DELETE FROM page WHERE key = ${key}`
        await transaction.run`
          INSERT INTO page (key, owner, title, text) VALUES (${key}, ${owner}, ${title}, ${text})`
        await this.index.put(transaction, { key, owner, fields: [title, text] })
      }
    })
  }

  async clear(): Promise<void> {
    await this.database.transaction(async (transaction) => {
      for (const { key, owner } of await transaction.all<Page>`SELECT key, owner FROM page`)
        await this.index.remove(transaction, owner, [key])
      await transaction.run`DELETE FROM page`
    })
  }
}

async function read(reading: Reading, after: number, count: number) {
  const pages = await reading.all<Page>`SELECT * FROM page WHERE key > ${after} ORDER BY key LIMIT ${count}`
  return pages.map(({ key, owner, title, text }) => ({ key, owner, fields: [title, text] }))
}

export const migrations = {
  page: 'CREATE TABLE page (key INTEGER PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL)',
  'page words': fullTextStep('page_text'),
}

/** Pages in a SQLite file, and also on Postgres where the variable POSTGRES is set. */
export async function openPages(): Promise<Pages[]> {
  const urls = new Set([`file:${join(temporaryFolder(), 'pages.sqlite')}`])
  if (process.env.POSTGRES) urls.add(temporaryDatabase())
  return Promise.all([...urls].map(async (url) => new Pages(await openDatabase(url, migrations))))
}
