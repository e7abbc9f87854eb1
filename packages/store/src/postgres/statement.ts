interface Statement {
  name: string
  /** With `$1`, `$2` … for the values. */
  text: string
}

const statements = new WeakMap<TemplateStringsArray, Statement>()
let count = 0

/** The statement of a template, always the same for the same template. */
export function statementOf(sql: TemplateStringsArray): Statement {
  let statement = statements.get(sql)
  if (!statement) {
    statement = { name: `s${++count}`, text: sql.reduce((before, part, index) => `${before}$${index}${part}`) }
    statements.set(sql, statement)
  }
  return statement
}
