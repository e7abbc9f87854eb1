import { type Parameter, wireForm } from '../openapi/parameters.ts'
import type { Field } from '../plugin-document.ts'
import { acceptsAnything, type Schema } from '../text/members.ts'
import { plainText, quote } from '../text/plain-text.ts'
import type { Inputs } from './inputs.ts'

/** Headers that only the host sets, or nobody. */
const hidden =
  /^(openai-.*|x-openai-.*|accept(-.*)?|content-.*|host|authorization|proxy-.*|sec-.*|cookie2?|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|via|origin|referer|user-agent|date|forwarded|x-forwarded-.*|x-real-ip)$/i

const places = ['path', 'query', 'header']
const bodyPlaces = ['body', 'formdata', 'form']

/** Adds the inputs that go in the path, the query or a header. `addBody` adds those of the body. */
export function addParameters(parameters: readonly Parameter[], inPath: ReadonlySet<string>, inputs: Inputs): void {
  // Inputs of the path come first: on a clash of names they keep theirs.
  for (const place of [...places, undefined])
    for (const parameter of parameters)
      if (place === undefined ? ![...places, ...bodyPlaces].includes(parameter.place) : parameter.place === place)
        addParameter(parameter, inPath, inputs)
}

function addParameter(parameter: Parameter, inPath: ReadonlySet<string>, inputs: Inputs): void {
  const { repairs } = inputs
  const { name, place, pointer, mediaType } = parameter
  if (place === 'cookie') return void repairs.add(pointer, `The cookie ${quote(name)} is not sent.`)
  if (place === 'header' && (hidden.test(name) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name))) return
  let target = place as Field['place']
  if (place === 'path' && !inPath.has(name)) {
    repairs.add(pointer, `The path has no {${name}}; the parameter is sent in the query.`)
    target = 'query'
  } else if (!places.includes(place)) {
    repairs.add(pointer, `${quote(place)} is not a place for a parameter; query is assumed.`)
    target = 'query'
  }
  const { schema: given, isRequired } = inputs.simplifier.simplify(parameter.schema, parameter.schemaPointer)
  // Whatever goes into a URL or a header is text in the end.
  const schema: Schema = acceptsAnything(given) && mediaType === undefined ? { type: 'string', ...given } : given
  const description = plainText(parameter.description, 700)
  inputs.add(
    { place: target, wireName: name, ...wireForm({ ...parameter, place: target }, schema) },
    description === '' ? schema : { ...schema, description },
    target === 'path' || parameter.isRequired || isRequired,
    pointer,
  )
}
