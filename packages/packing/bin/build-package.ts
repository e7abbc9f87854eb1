import { buildPackage } from '../src/build-package.ts'

// `prepack` of the packages that are packed.
await buildPackage(process.cwd())
