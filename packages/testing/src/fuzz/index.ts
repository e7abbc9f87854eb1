export { character } from './character.ts'
export { type FuzzOptions, fuzz } from './fuzz.ts'
export { fuzzTests } from './fuzz-tests.ts'
