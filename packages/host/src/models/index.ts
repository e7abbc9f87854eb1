export * from './find-models.ts'
export * from './model.ts'
export { openModel } from './open-model.ts'
export { countTokens } from './tokens.ts'
