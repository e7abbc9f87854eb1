const texts = new WeakMap<TemplateStringsArray, string>()

/** The text of a statement, with `$1`, `$2` … for its values. */
export function statementText(sql: TemplateStringsArray): string {
  let text = texts.get(sql)
  if (text === undefined) {
    text = sql.reduce((before, part, index) => `${before}$${index}${part}`)
    texts.set(sql, text)
  }
  return text
}
