export { type FoundModels, findModels, listModels } from './find-models.ts'
export {
  type Model,
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelRequest,
  type ToolDefinition,
} from './model.ts'
export { openModel } from './open-model.ts'
export { countTokens } from './tokens.ts'
