import { findNodeAtLocation, parseTree, type Segment } from 'jsonc-parser'

/**
 * Finds the lines of JSON pointers in a document of JSON or YAML, from 1. Where a place itself is not found, as in flow
 * mappings and after aliases of YAML, that of the closest part around it. Undefined where nothing is found.
 */
export function lineFinder(text: string): (pointer: string) => number | undefined {
  // A document that is sent without line breaks has no lines to point to.
  if (!text.trim().includes('\n')) return () => undefined
  const find = /^\s*[{[]/.test(text) ? finderOfJson(text) : finderOfYaml(text)
  return (pointer) =>
    find(
      pointer
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
    )
}

type Finder = (path: readonly string[]) => number | undefined

function finderOfJson(text: string): Finder {
  const root = parseTree(text)
  return (path) => {
    for (let length = path.length; root && length > 0; length--) {
      const segments: Segment[] = path.slice(0, length).map((part) => (/^\d+$/.test(part) ? Number(part) : part))
      const node = findNodeAtLocation(root, segments) ?? findNodeAtLocation(root, path.slice(0, length))
      if (node) return text.slice(0, (node.parent?.type === 'property' ? node.parent : node).offset).split('\n').length
    }
    return undefined
  }
}

function finderOfYaml(text: string): Finder {
  const lines = text.split('\n')
  return (path) => lineInYaml([...lines], path)
}

/** Follows block mappings and sequences by their indentation. */
function lineInYaml(lines: string[], path: readonly string[]): number | undefined {
  let [found, start, outer] = [undefined as number | undefined, 0, -1]
  let isInItem = true
  for (const part of path) {
    const next = findChild(lines, start, part, { outer, isInItem })
    if (next === undefined) return found
    found = next + 1
    const line = lines[next] ?? ''
    outer = line.search(/\S/)
    isInItem = isItem(line)
    // The first member of an item is on the line of its dash.
    if (isInItem) lines[next] = line.replace('-', ' ')
    start = isInItem ? next : next + 1
  }
  return found
}

/** The index of the line that has a member of the block, or an item of it. */
function findChild(
  lines: readonly string[],
  start: number,
  part: string,
  { outer, isInItem }: { outer: number; isInItem: boolean },
): number | undefined {
  let inner: number | undefined
  let items = -1
  for (let index = start; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (/^\s*(#.*)?$/.test(line)) continue
    const indent = line.search(/\S/)
    // A sequence may have the indentation of the member that holds it.
    if (indent < outer || (indent === outer && (isInItem || !isItem(line)))) return undefined
    inner ??= indent
    if (indent !== inner) continue
    if (isItem(line) ? ++items === Number(part) : keyOf(line) === part) return index
  }
  return undefined
}

const isItem = (line: string): boolean => /^\s*-(\s|$)/.test(line)

const keyOf = (line: string): string | undefined => {
  const match = /^\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s#][^#]*?))\s*:(?:\s|$)/.exec(line)
  return match?.[1] ?? match?.[2]?.replaceAll("''", "'") ?? match?.[3]
}
