/**
 * The first name that stands twice in one object of a JSON text. Programs keep the first one, the last one or neither,
 * and `JSON.parse` does not tell. Undefined where each name stands once, or where the text is not JSON.
 */
export function nameTwice(text: string): string | undefined {
  // For each open object its names, and undefined for each open list.
  const open: (Set<string> | undefined)[] = []
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g
  for (let found = tokens.exec(text); found; found = tokens.exec(text)) {
    const [token, colon] = found
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (colon !== undefined) {
      const name = token.slice(0, -colon.length)
      const names = open.at(-1)
      if (names?.has(name)) return name.slice(1, -1)
      names?.add(name)
    }
  }
  return undefined
}
