// PowerDNS, as Debian packages it: a name server whose API has a key. It gets an empty database in a folder of its own.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const port = process.argv[2]
const folder = mkdtempSync(join(tmpdir(), 'powerdns-'))
const file = join(folder, 'zones.sqlite')
const database = new DatabaseSync(file)
database.exec(readFileSync('/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql', 'utf8'))
database.close()
const settings = {
  'config-dir': folder,
  'socket-dir': folder,
  launch: 'gsqlite3',
  'gsqlite3-database': file,
  // The API has the port of 127.0.0.1.
  'local-address': '127.0.0.2',
  'local-port': port,
  api: 'yes',
  'api-key': 'key-of-the-operator',
  webserver: 'yes',
  'webserver-address': '127.0.0.1',
  'webserver-port': port,
  'write-pid': 'no',
}
const words = Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
process.execve('/usr/sbin/pdns_server', ['pdns_server', ...words], process.env)
