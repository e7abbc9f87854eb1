import { codeOf } from '../answers/code.ts'
import type { Api } from '../api.ts'

/** The code of `src/schemas.ts`: the named schemas that answers need. Undefined where there is none. */
export function schemasFile({ named, operations }: Api): string | undefined {
  const shapes = named.inOrder(operations.flatMap(({ answer }) => answer.shape ?? []))
  if (shapes.length === 0) return undefined
  const body = shapes
    .map(([name, shape]) => `export const ${name} = ${codeOf(shape)}.meta({ id: '${name}' })\n`)
    .join('\n')
  const int64 = /\bint64\b/.test(body.replaceAll(/'(?:\\.|[^'\\\n])*'/g, ''))
    ? `import { int64 } from '@reference-plugins/core'\n`
    : ''
  return `${int64}import { z } from 'zod'\n\n${body}`
}
