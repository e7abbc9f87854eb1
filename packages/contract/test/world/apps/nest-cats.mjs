// Node does not run decorators: compiles the sample and imports the result.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import ts from 'typescript-5'

const source = new URL('nest-cats.ts', import.meta.url)
const compiled = new URL(`../node_modules/nest-cats.${process.pid}.mjs`, import.meta.url)
const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
  compilerOptions: {
    target: 'es2022',
    module: 'esnext',
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    useDefineForClassFields: false,
  },
})
writeFileSync(compiled, outputText)
try {
  await import(compiled.href)
} finally {
  rmSync(compiled)
}
