import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFailureTest } from '@reference-plugins/testing/processes'
import { temporaryFolder } from '@reference-plugins/testing/temporary'

const data = temporaryFolder()
writeFileSync(
  join(data, 'no-database'),
  'this text is long enough to be taken for the header of a database file, which it is not',
)
startFailureTest(new URL('..', import.meta.url), [
  [{ DATABASE_URL: 'file:/nowhere/at/all/todo.sqlite' }, /DATABASE_URL=.*no folder/],
  [{ DATABASE_URL: `file:${data}` }, /DATABASE_URL/],
  [{ DATABASE_URL: `file:${data}/no-database` }, /DATABASE_URL.*not a database/],
  [{ DATABASE_URL: 'postgres://localhost/todo' }, /DATABASE_URL: it names no user/],
  [{ DATABASE_URL: 'postgres://todo@127.0.0.1:1/todo' }, /DATABASE_URL.*127\.0\.0\.1:1/],
  [{ DATABASE_URL: 'mysql://localhost/todo' }, /DATABASE_URL has mysql:/],
  [{ DATABASE_URL: 'todo.sqlite' }, /DATABASE_URL/],
])
