import { buildPage } from '../src/page/build.ts'

// For a host without the packages that build the page: a copy by `pnpm standalone`.
console.log(`The page is built in ${await buildPage()}`)
