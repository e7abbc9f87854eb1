import type { FormPart } from '../plugin-document.ts'
import { isObject, listOfAny, objectOf, pairsOf, type Schema, wordOf } from '../text/members.ts'
import { bareType, type Content } from './media-types.ts'
import type { SpecDocument } from './spec-document.ts'

/** How the members of a form are written that are not plain text: files, JSON, and what `encoding` says. */
export function formParts({ type, schema, node, pointer }: Content, document: SpecDocument): Record<string, FormPart> {
  const isMultipart = bareType(type) === 'multipart/form-data'
  if (!isMultipart && bareType(type) !== 'application/x-www-form-urlencoded') return {}
  const found = membersOf(schema, pointer, document, 0)
    .map(([name, member]): [string, FormPart] => {
      const encoding = objectOf(objectOf(node.encoding)[name])
      return [name, isMultipart ? partOf(member, wordOf(encoding.contentType)) : listOf(member, encoding)]
    })
    .filter(([, part]) => Object.keys(part).length > 0)
  return Object.fromEntries(found)
}

function membersOf(schema: unknown, pointer: string, document: SpecDocument, depth: number): [string, Schema][] {
  const { value } = document.follow(schema, pointer)
  if (!isObject(value) || depth > 5) return []
  const own = pairsOf(value.properties).map(([name, one]): [string, Schema] => [
    name,
    objectOf(document.follow(one, pointer).value),
  ])
  const parts = listOfAny(value.allOf).flatMap((part) => membersOf(part, pointer, document, depth + 1))
  return [...own, ...parts]
}

function partOf(member: Schema, contentType: string): FormPart {
  const [type = ''] = contentType.split(',')
  const item = objectOf(member.items)
  const one = member.type === 'array' ? item : member
  const isFile =
    one.format === 'binary' ||
    one.type === 'file' ||
    (typeof one.contentMediaType === 'string' && one.contentEncoding === undefined) ||
    /^(image|audio|video)\/|octet-stream/.test(type)
  if (isFile) return /^[\w.+-]+\/[\w.+-]+$/.test(type.trim()) ? { isFile, type: type.trim() } : { isFile }
  if (/json/.test(type) || one.type === 'object' || one.properties !== undefined) return { type: 'application/json' }
  return {}
}

const separators: Record<string, FormPart['list']> = { spaceDelimited: 'space', pipeDelimited: 'bar', form: 'comma' }

function listOf(member: Schema, { style, explode }: Schema): FormPart {
  const form = wordOf(style) || 'form'
  const isRepeated = explode ?? form === 'form'
  const list = member.type === 'array' && !isRepeated ? separators[form] : undefined
  return list === undefined ? {} : { list }
}
